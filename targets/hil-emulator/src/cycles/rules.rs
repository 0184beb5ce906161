//! The rules of the cycle model by name: what each says, where it comes from, how well it is known.
//!
//! A rule can be switched off by itself, which is how its micro-benchmark shows that it does something.

use std::fmt;
use std::str::FromStr;

/// How well a rule is known. Nothing here has been measured on hardware by this project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// Stated by Arm's manual or a vendor's reprint of it.
    Documented,
    /// Measured or reverse-engineered by others, or taken from a compiler's model of the pipeline.
    Reported,
    /// The bounds are documented, the course between them is a choice made here.
    Assumed,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Documented => "documented",
            Self::Reported => "reported",
            Self::Assumed => "assumed",
        })
    }
}

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $evidence:ident $source:literal;)+) => {
        /// One rule of the model; its documentation is the rule.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Rule {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Rule {
            /// Every rule, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name, as it is written on a command line.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What the rule says.
            #[must_use]
            pub fn statement(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc,)+).trim_ascii(),)+ }
            }

            /// Where it comes from.
            #[must_use]
            pub fn source(self) -> &'static str {
                match self { $(Self::$variant => $source,)+ }
            }

            /// How well it is known.
            #[must_use]
            pub fn evidence(self) -> Evidence {
                match self { $(Self::$variant => Evidence::$evidence,)+ }
            }
        }
    };
}

rules! {
    /// A single load takes 2 cycles by itself, LDREX and STREX too.
    SingleLoad "single-load" Documented "TRM 3.3.1";
    /// A single store takes 2 cycles unless another rule shortens it.
    SingleStore "single-store" Documented "TRM 3.3.1";
    /// LDRD and STRD take 3 cycles and overlap with no neighbour.
    Dual "dual" Documented "TRM 3.3.1, SWCU185G";
    /// LDM, STM, PUSH and POP of N registers take 1 + N cycles and overlap with no neighbour.
    Multiple "multiple" Documented "TRM 3.3.1, SWCU185G";
    /// MRS and MSR take 2 cycles; the manual says 1 or 2.
    SpecialRegister "special-register" Assumed "TRM 3.3.1";
    /// ISB refills the pipeline: 2 more cycles.
    IsbRefill "isb-refill" Documented "TRM 3.3.1";
    /// A store with a constant offset takes 1 cycle: the write buffer takes the data while the next instruction runs.
    StoreBuffer "store-buffer" Documented "SWCU185G, gcc cortex-m4.md, jnk0le";
    /// A single load or store directly behind a single load starts one cycle early and takes one cycle less.
    LoadPipelining "load-pipelining" Documented "SWCU185G";
    /// A load or store whose address needs the register just loaded does not start early.
    LoadedAddress "loaded-address" Documented "SWCU185G";
    /// Nothing starts early behind a store.
    StoreEndsPipelining "store-ends-pipelining" Documented "SWCU185G, jnk0le";
    /// A load does not start early on the base register that the load before it has just indexed; a single load or store on the base that a store has just indexed waits 1 cycle.
    SameBase "same-base" Reported "jnk0le";
    /// A load of four bytes of code that do not start on a word does not start early.
    WideLoad "wide-load" Reported "jnk0le (\"may fail to pipeline\")";
    /// A NOP directly behind a single load or a store with register offset takes no cycle.
    SwallowedNop "swallowed-nop" Reported "jnk0le";
    /// A load relative to the program counter takes 1 cycle more, because it meets the instruction fetch; the manual says it may.
    LiteralContention "literal-contention" Assumed "SWCU185G";
    /// An instruction that needs for an address what the instruction directly before it has computed waits 1 cycle.
    AddressGeneration "address-generation" Reported "gcc cortex-m4.md, jnk0le";
    /// An unaligned load or store takes 1 cycle more for each further access that the bus makes of it.
    UnalignedData "unaligned-data" Documented "TRM (bus interface); the split into byte and halfword accesses is unverified";
    /// A jump refills the pipeline: 2 more cycles when taken. The manual says 1 to 3.
    BranchRefill "branch-refill" Documented "TRM 3.3.1, gcc cortex-m4.md, LLVM ARMScheduleM4.td";
    /// A jump to an instruction of four bytes that does not start on a word takes 1 cycle more.
    TargetAlignment "target-alignment" Reported "ArduPilot issue 24635, rust-embedded/cortex-m pull request 587";
    /// A single load into the program counter blocks: 5 cycles.
    LoadPc "load-pc" Documented "SWCU185G (\"at least five\")";
    /// TBB and TBH block: 6 cycles.
    TableBranch "table-branch" Documented "SWCU185G (\"at least six\")";
    /// IT takes no cycle behind an instruction of two bytes in the same straight line.
    ItFolding "it-folding" Documented "TRM 3.3.1 (\"can fold\"); the condition that the instruction before is of two bytes is unverified";
    /// An instruction that fails its condition takes 1 cycle.
    FailedCondition "failed-condition" Documented "TRM 3.3.1";
    /// SDIV and UDIV take 2 + ceil(10 q / 32) cycles, q = max(0, clz(divisor) - clz(dividend) + 1) of the magnitudes: the bits that the quotient may have. Otherwise 2.
    DivideEarlyOut "divide-early-out" Assumed "bounds 2 and 12: TRM 3.3.1; shape after Cortex-R4 TRM (DDI 0363) section 14.8";
    /// The result of float arithmetic is ready 1 cycle late for the instruction directly behind.
    FloatLatency "float-latency" Documented "SWCU192 Table 3-27, gcc cortex-m4-fpu.md";
    /// A float multiply-accumulate occupies the FPU for 3 cycles.
    FloatMac "float-mac" Documented "SWCU192 Table 3-27";
    /// A float multiply-accumulate reads its addend 1 cycle late, so that a producer of only the addend costs nothing.
    AddendForwarding "addend-forwarding" Documented "SWCU192 Table 3-27, gcc cortex-m4-fpu.md";
    /// Integer instructions behind a float multiply-accumulate run while it works.
    MacOverlap "mac-overlap" Reported "gcc cortex-m4-fpu.md";
    /// VDIV and VSQRT occupy the FPU for 14 cycles.
    FloatDivide "float-divide" Documented "SWCU192 Table 3-27, LLVM ARMScheduleM4.td";
    /// Integer instructions behind VDIV and VSQRT run while they work.
    DivideOverlap "divide-overlap" Reported "gcc cortex-m4-fpu.md";
    /// VLDR and VSTR of a single are single loads and stores, of a double take 3 cycles; VLDM and VSTM of N words take 1 + N.
    FloatMemory "float-memory" Documented "SWCU192 Table 3-27, gcc cortex-m4-fpu.md; VSTR unverified";
    /// VMOV between core and float registers takes 2 cycles. The LLVM model says 1.
    FloatCoreMove "float-core-move" Documented "SWCU192 Table 3-27, gcc cortex-m4-fpu.md; contradicted by LLVM ARMScheduleM4.td";
    /// The third of three consecutive instructions of four bytes that do not start on words waits 1 cycle, when a multi-cycle instruction or a jump was before them, with at most instructions of two bytes between.
    FetchStarvation "fetch-starvation" Reported "jnk0le after IACR eprint 2025/523, compendium.i-0.nl";
}

/// A set of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rules(u64);

impl Rules {
    /// Every rule: the model as it is meant.
    #[must_use]
    pub const fn all() -> Self {
        Self((1 << Rule::ALL.len()) - 1)
    }

    /// No rule: one cycle for each instruction, two for a division.
    #[must_use]
    pub const fn none() -> Self {
        Self(0)
    }

    /// Whether `rule` is on.
    #[must_use]
    pub const fn has(self, rule: Rule) -> bool {
        self.0 >> rule as u32 & 1 == 1
    }

    /// The same set with `rule` on.
    #[must_use]
    pub const fn with(self, rule: Rule) -> Self {
        Self(self.0 | 1 << rule as u32)
    }

    /// The same set with `rule` off.
    #[must_use]
    pub const fn without(self, rule: Rule) -> Self {
        Self(self.0 & !(1 << rule as u32))
    }

    /// `cycles` when `rule` is on, otherwise `otherwise`.
    pub(super) const fn pick(self, rule: Rule, cycles: u32, otherwise: u32) -> u32 {
        if self.has(rule) { cycles } else { otherwise }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::all()
    }
}

/// No rule has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no cycle rule is called {0:?}")]
pub struct UnknownRule(pub String);

impl FromStr for Rule {
    type Err = UnknownRule;

    fn from_str(name: &str) -> Result<Self, UnknownRule> {
        Self::ALL.iter().copied().find(|rule| rule.name() == name).ok_or_else(|| UnknownRule(name.to_owned()))
    }
}

impl FromStr for Rules {
    type Err = UnknownRule;

    /// Reads a list with commas: `all` or `none` start over, `NAME` switches a rule on, `-NAME` off. A list that
    /// starts with a name to be switched off starts from all rules, any other from none.
    fn from_str(list: &str) -> Result<Self, UnknownRule> {
        let mut rules = if list.trim_start().starts_with('-') { Self::all() } else { Self::none() };
        for item in list.split(',').map(str::trim) {
            rules = match item.strip_prefix('-') {
                Some(name) => rules.without(name.parse()?),
                None if item == "all" => Self::all(),
                None if item == "none" => Self::none(),
                None => rules.with(item.parse()?),
            };
        }
        Ok(rules)
    }
}

impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::all() {
            return f.write_str("all");
        }
        if *self == Self::none() {
            return f.write_str("none");
        }
        let names: Vec<_> = Rule::ALL.iter().filter(|rule| self.has(**rule)).map(|rule| rule.name()).collect();
        f.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::{Rule, Rules, UnknownRule};

    #[test]
    fn a_set_reads_what_it_prints() {
        for rule in Rule::ALL.iter().copied() {
            assert!(Rules::all().has(rule) && !Rules::none().has(rule));
            let without = Rules::all().without(rule);
            assert!(!without.has(rule));
            assert_eq!(without.to_string().parse(), Ok(without));
            assert_eq!(format!("-{}", rule.name()).parse(), Ok(without));
            assert_eq!(rule.name().parse(), Ok(Rules::none().with(rule)));
        }
        assert_eq!("all".parse(), Ok(Rules::all()));
        assert_eq!("all, -load-pc".parse(), Ok(Rules::all().without(Rule::LoadPc)));
        assert_eq!("none".parse(), Ok(Rules::none()));
        assert_eq!("speculation".parse::<Rules>(), Err(UnknownRule("speculation".to_owned())));
    }
}

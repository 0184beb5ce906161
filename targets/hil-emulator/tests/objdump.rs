//! Compares the decoder, through the text of its instructions, with `objdump` of Debian's binutils-arm-none-eabi:
//! every encoding of two bytes, and random ones of four.
//!
//! Where the tool is absent the test says so and passes. `HIL_OBJDUMP_COUNT` asks for another number of instructions
//! of four bytes. What the decoder calls undefined although objdump prints it must be something that the assembler
//! does not produce for a Cortex-M4F: its text is assembled again, and must not give the same bytes.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use hil_emulator::decode::{decode, is_wide};
use hil_emulator::instr::{Index, Instr};

const OBJDUMP: &str = "arm-none-eabi-objdump";
const ASSEMBLER: &str = "arm-none-eabi-as";
const OBJCOPY: &str = "arm-none-eabi-objcopy";

/// Bytes that each instruction gets. The padding is NOPs, so that an IT block ends before the next one.
const SLOT: usize = 12;

#[test]
fn the_text_agrees_with_objdump() {
    let missing =
        [OBJDUMP, ASSEMBLER, OBJCOPY].into_iter().find(|tool| Command::new(tool).arg("--version").output().is_err());
    if let Some(tool) = missing {
        println!("not compared: {tool} is not installed (Debian: binutils-arm-none-eabi)");
        return;
    }
    let wide = std::env::var("HIL_OBJDUMP_COUNT").ok().and_then(|text| text.parse().ok()).unwrap_or(60_000);
    let narrow = (0..=u16::MAX).filter(|first| !is_wide(*first)).map(|first| [first, 0xbf00]);
    let mut state = 0x9e37_79b9_7f4a_7c15;
    let random = (0..wide).map(|_| {
        // Half of them with a second halfword that is likely to mean something: its fixed bits vary little.
        let (first, second, choice) = (random(&mut state), random(&mut state), random(&mut state));
        let second = match choice % 4 {
            0 => second | 0xf000,
            1 => second & 0x0fff | 0xf000 & (choice & 0xf000) & !0x0040,
            2 => second & 0xf1ff | 0x0a00,
            _ => second,
        };
        [first % 0x1800 + 0xe800, second]
    });
    let all: Vec<[u16; 2]> = narrow.chain(random).collect();
    let folder = std::env::temp_dir().join(format!("hil-objdump-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let result = compare(&folder, &all);
    std::fs::remove_dir_all(&folder).unwrap();
    // A few of each kind: the text up to the first operand tells the kind.
    let mut shown = BTreeMap::<String, u32>::new();
    let few = result.iter().filter(|line| {
        let kind = line.split('`').nth(1).and_then(|text| text.split([' ', '\t']).next()).unwrap_or("");
        let seen = shown.entry(kind.to_owned()).or_default();
        *seen += 1;
        *seen <= 3
    });
    let few: Vec<&str> = few.map(String::as_str).collect();
    assert!(result.is_empty(), "{} differences, some of them:\n{}", result.len(), few.join("\n"));
}

fn random(state: &mut u64) -> u16 {
    // SplitMix64.
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ z >> 31) as u16
}

fn compare(folder: &Path, all: &[[u16; 2]]) -> Vec<String> {
    let mut differences = Vec::new();
    let mut doubtful = Vec::new();
    // Not all at once: objdump's text of a million slots is large.
    for (index, chunk) in all.chunks(1 << 16).enumerate() {
        let base = if index % 2 == 0 { 0 } else { 0x0800_0002 };
        let texts = disassemble(folder, chunk, base);
        for (slot, halfwords) in chunk.iter().enumerate() {
            let address = base + (slot * SLOT) as u32;
            let Some(theirs) = texts.get(&address) else {
                differences.push(format!("{address:#x}: objdump has no line for {halfwords:04x?}"));
                continue;
            };
            let instr = decode(address, halfwords[0], halfwords[1], 0);
            match instr {
                Instr::Undefined | Instr::NoCoprocessor { coprocessor: 10 | 11 } => {
                    if !theirs.contains("UNDEFINED") && !theirs.contains("undefined") && !theirs.contains("illegal") {
                        doubtful.push((address, *halfwords, theirs.clone()));
                    }
                }
                Instr::NoCoprocessor { .. } => {}
                _ => {
                    let (ours, normal) = (ours(&instr), normal(address, theirs));
                    if ours != normal {
                        differences.push(format!("{halfwords:04x?}: `{ours}`, objdump `{normal}` from `{theirs}`"));
                    }
                }
            }
        }
    }
    differences.extend(assembled_again(folder, &doubtful));
    differences
}

/// objdump's text for each address.
fn disassemble(folder: &Path, chunk: &[[u16; 2]], base: u32) -> BTreeMap<u32, String> {
    let mut bytes = Vec::with_capacity(chunk.len() * SLOT);
    for [first, second] in chunk {
        for halfword in [*first, *second, 0xbf00, 0xbf00, 0xbf00, 0xbf00] {
            bytes.extend(halfword.to_le_bytes());
        }
    }
    let file = folder.join("code.bin");
    std::fs::write(&file, bytes).unwrap();
    let output = run(Command::new(OBJDUMP)
        .args(["-D", "-z", "-b", "binary", "-marm", "-Mforce-thumb,reg-names-std", &format!("--adjust-vma={base}")])
        .arg(&file));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter_map(|line| {
            let (address, rest) = line.split_once(":\t")?;
            let text = rest.split_once('\t')?.1;
            Some((u32::from_str_radix(address.trim(), 16).ok()?, text.to_owned()))
        })
        .collect()
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Our text where one of the two keeps more than the other.
fn ours(instr: &Instr) -> String {
    let text = instr.to_string();
    match instr {
        // objdump knows the special registers of other profiles; their numbers are tested in the decoder.
        Instr::Mrs { rd, .. } => format!("mrs {rd}"),
        Instr::Msr { rn, .. } => format!("msr {rn}"),
        // objdump forgets the exclamation mark when the offset is 0.
        Instr::LoadDual { offset: 0, index: Index::Pre, .. }
        | Instr::StoreDual { offset: 0, index: Index::Pre, .. } => text.replace(", #0]!", "]"),
        _ => text,
    }
}

/// The first hexadecimal number of a comment.
fn first_hex(comment: &str) -> &str {
    comment.split([' ', '\t', '(', ')']).find(|word| word.starts_with("0x")).unwrap_or("")
}

/// objdump's text in our form.
fn normal(address: u32, text: &str) -> String {
    let pc = address.wrapping_add(4);
    let (code, comment) = text.split_once('@').unwrap_or((text, ""));
    let (mnemonic, operands) = code.trim().split_once([' ', '\t']).unwrap_or((code.trim(), ""));
    let mnemonic = mnemonic.trim_end_matches(".w").trim_end_matches(".n");
    let operands = offsets_of_zero(mnemonic, operands.trim());
    let parts: Vec<&str> = operands.split(", ").collect();
    match (mnemonic, parts.as_slice()) {
        ("add" | "addw", [rd, "pc", imm]) => format!("mov {rd}, #{}", (pc & !3).wrapping_add(number(imm))),
        ("sub" | "subw", [rd, "pc", imm]) => format!("mov {rd}, #{}", (pc & !3).wrapping_sub(number(imm))),
        ("add", ["pc", rm]) => format!("add pc, {rm}, #{pc}"),
        ("add", [rd, "pc"]) => format!("add {rd}, {rd}, #{pc}"),
        ("mov", [rd, "pc"]) => format!("mov {rd}, #{pc}"),
        ("addw", _) => format!("add {operands}"),
        ("subw", _) => format!("sub {operands}"),
        ("movw", _) => format!("mov {operands}"),
        ("mov" | "movs", [rd, rm, "rrx"]) => format!("{} {rd}, {rm}", mnemonic.replace("mov", "rrx")),
        ("mov" | "movs", [rd, rm, shift]) => {
            let (kind, amount) = shift.split_once(' ').unwrap_or((shift, ""));
            format!("{} {rd}, {rm}, {amount}", mnemonic.replace("mov", kind))
        }
        ("muls", [rd, rm]) => format!("muls {rd}, {rm}, {rd}"),
        ("negs", [rd, rm]) => format!("rsbs {rd}, {rm}, #0"),
        (name, [rd, last]) if two_of_three(name) => format!("{name} {rd}, {rd}, {last}"),
        ("ldrh" | "ldrsh" | "ldrht" | "ldrsht" | "pld" | "pldw" | "pli", [first, ..])
            if *first == "pc" || mnemonic.starts_with('p') =>
        {
            "pld".to_owned()
        }
        (name, [first @ .., _]) if name.starts_with("ldr") && operands.contains("[pc") => {
            let regs: Vec<&str> = first.iter().copied().filter(|part| !part.starts_with('[')).collect();
            // LDRT has no literal form: the bits that would make one are part of the offset.
            format!("{} {}, [pc] @ {}", name.trim_end_matches('t'), regs.join(", "), first_hex(comment))
        }
        ("stmdb", ["sp!", ..]) => format!("push {}", &operands[5..]),
        ("ldmia", ["sp!", ..]) => format!("pop {}", &operands[5..]),
        ("mrs", [rd, ..]) => format!("mrs {rd}"),
        ("msr", [.., rn]) => format!("msr {rn}"),
        ("dsb" | "dmb" | "isb", _) => mnemonic.to_owned(),
        ("nop", _) if comment.contains("mov r8, r8") => "mov r8, r8".to_owned(),
        ("nop" | "csdb" | "esb" | "dbg" | "sevl", _) => "nop".to_owned(),
        ("vmov.32", [to, from]) => format!("vmov {}, {}", element(to), element(from)),
        ("vmov", [rt, rt2, d]) if d.starts_with('d') => format!("vmov {rt}, {rt2}, {}", singles(d)),
        ("vmov", [d, rt, rt2]) if d.starts_with('d') => format!("vmov {}, {rt}, {rt2}", singles(d)),
        ("vmov.f32", [sd, imm]) if imm.starts_with('#') => {
            let bits = u32::from_str_radix(&first_hex(comment)[2..], 16).unwrap();
            format!("vmov.f32 {sd}, #{}", f32::from_bits(bits))
        }
        (_, [""]) => mnemonic.to_owned(),
        _ => format!("{mnemonic} {operands}"),
    }
}

/// The operands with offsets of zero written in our way: none in `[r0]`, one in `[r0, #0]!`, whatever their sign.
fn offsets_of_zero(mnemonic: &str, operands: &str) -> String {
    let operands = operands.replace("#-0", "#0");
    let Some((before, address)) = operands.rsplit_once('[') else { return operands };
    // objdump forgets the exclamation mark of LDRD and STRD for one sign, and the offset of the others.
    let dual = mnemonic == "ldrd" || mnemonic == "strd";
    let address = match address.strip_suffix(", #0]").or_else(|| address.strip_suffix(", #0]!").filter(|_| dual)) {
        Some(base) => format!("{base}]"),
        None => match address.strip_suffix("]!") {
            Some(base) if !base.contains(',') => format!("{base}, #0]!"),
            _ => address.to_owned(),
        },
    };
    format!("{before}[{address}")
}

fn number(imm: &str) -> u32 {
    imm.trim_start_matches('#').parse::<i32>().unwrap().cast_unsigned()
}

/// Operations of which objdump leaves out the first of two equal registers.
fn two_of_three(name: &str) -> bool {
    let base = name.strip_suffix('s').unwrap_or(name);
    ["and", "eor", "lsl", "lsr", "asr", "adc", "sbc", "ror", "orr", "bic", "add", "sub"].contains(&base)
        || ["ands", "eors", "lsls", "lsrs", "asrs", "adcs", "sbcs", "rors", "orrs", "bics"].contains(&name)
}

/// `d1[0]` as the single that it is.
fn element(text: &str) -> String {
    match text.strip_prefix('d').and_then(|rest| rest.trim_end_matches(']').split_once('[')) {
        Some((double, index)) => format!("s{}", double.parse::<u32>().unwrap() * 2 + index.parse::<u32>().unwrap()),
        None => text.to_owned(),
    }
}

/// `d1` as its two singles.
fn singles(double: &str) -> String {
    let lower = double[1..].parse::<u32>().unwrap() * 2;
    format!("s{lower}, s{}", lower + 1)
}

/// Those of `doubtful` that the assembler makes from their own text: they are legal, and the decoder does not know
/// them.
fn assembled_again(folder: &Path, doubtful: &[(u32, [u16; 2], String)]) -> Vec<String> {
    let source = folder.join("again.s");
    let (object, binary) = (folder.join("again.o"), folder.join("again.bin"));
    let mut lines: Vec<Option<String>> = doubtful
        .iter()
        .map(|(_, _, text)| {
            let code = text.split('@').next().unwrap_or("").trim().replace('\t', " ");
            // Addresses would be relative to this file.
            (!code.contains(" 0x") && !code.is_empty()).then_some(code)
        })
        .collect();
    // Lines with errors or warnings are emptied, then the rest is assembled.
    loop {
        let mut text = String::from(".syntax unified\n.thumb\n");
        for line in &lines {
            // Each in a slot of four bytes.
            let code = line.as_deref().unwrap_or("");
            text.push_str(&format!("{code}; .balign 4\n"));
        }
        std::fs::write(&source, text).unwrap();
        let output = Command::new(ASSEMBLER)
            .args(["-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mthumb", "-mno-warn-deprecated", "-o"])
            .arg(&object)
            .arg(&source)
            .output()
            .unwrap();
        let messages = String::from_utf8_lossy(&output.stderr);
        let before = lines.iter().flatten().count();
        for message in messages.lines() {
            let number = message.split(':').nth(1).and_then(|number| number.parse::<usize>().ok());
            if let Some(line) = number.and_then(|number| number.checked_sub(3)).and_then(|index| lines.get_mut(index)) {
                *line = None;
            }
        }
        let stuck = !messages.is_empty() && lines.iter().flatten().count() == before;
        assert!(!stuck, "{messages}");
        if output.status.success() && messages.is_empty() {
            break;
        }
    }
    run(Command::new(OBJCOPY).args(["-O", "binary"]).arg(&object).arg(&binary));
    // Empty lines take no slot.
    let bytes = std::fs::read(&binary).unwrap();
    let kept = doubtful.iter().zip(&lines).filter(|(_, line)| line.is_some());
    let mut wrong = Vec::new();
    for ((_, halfwords, text), slot) in kept.map(|(item, _)| item).zip(bytes.chunks(4)) {
        let code: Vec<u16> = slot.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        let same = if is_wide(halfwords[0]) { code == halfwords } else { code.first() == halfwords.first() };
        if same && !rightly_undefined(text) {
            wrong.push(format!("{halfwords:04x?}: undefined, but the assembler makes it from `{text}`"));
        }
    }
    wrong
}

/// What the assembler makes, and the manual leaves undefined or unpredictable on this core.
fn rightly_undefined(text: &str) -> bool {
    const ABSENT: [&str; 18] = [
        // Permanently undefined by name, and what M profile lacks.
        "udf", "setend", "hvc", "smc", "blx\t0", // FPv5, and the deprecated formats of doubles.
        "vsel", "vmaxnm", "vminnm", "vrint", "vcvta", "vcvtn", "vcvtp", "vcvtm", "fldm", "fstm",
        // Coprocessors 10 and 11 under the names of the others.
        "mcr", "mrr", "cdp",
    ];
    let (code, comment) = text.split_once('@').unwrap_or((text, ""));
    let code = code.trim();
    let (name, operands) = code.split_once('\t').unwrap_or((code, ""));
    let parts: Vec<&str> = operands.split(", ").collect();
    let pair = matches!(parts.as_slice(), [first, second, ..] if first == second);
    let long = ["smlal", "umlal", "umaal", "smull", "umull", "smlsld", "strex", "ldrd"]
        .iter()
        .any(|prefix| name.starts_with(prefix));
    comment.contains("UNPREDICTABLE")
        || ABSENT.iter().any(|prefix| name.starts_with(prefix))
        || ["mrc", "ldc", "stc"].iter().any(|prefix| name.starts_with(prefix))
        || name.ends_with(".f64")
        || name.contains(".f64.")
        // Both results, or the status and the value, in one register.
        || long && pair
        // Hints with writeback.
        || name.starts_with("pl") && (operands.ends_with('!') || operands.contains("], "))
        // The program counter as the base, or as both operands; SP where it is allowed to ADD and MOV only.
        || operands.starts_with("pc") || operands.contains("[pc")
        || name == "vmov" && (parts.contains(&"sp") || parts.contains(&"pc") || pair)
        // Doubles beyond the sixteenth.
        || name == "vmov" && parts.iter().any(|part| part.strip_prefix('d').is_some_and(|n| n.parse::<u8>().is_ok_and(|n| n >= 16)))
        // The status of STREX in its base register.
        || name.starts_with("strex") && operands.contains(&format!("[{}", parts[0]))
        // Shifts of more than three into SP.
        || parts.iter().take(2).any(|part| *part == "sp") && (operands.contains(" #") || operands.contains("rrx"))
        // Special registers of the security extension, of ARMv8-M.
        || operands.contains("_NS") || operands.contains("LIM")
        // The FPU has no system register but FPSCR.
        || (name == "vmsr" || name == "vmrs") && !parts.contains(&"fpscr")
        || name.starts_with("it") && operands == "al"
}

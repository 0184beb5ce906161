//! Last words of firmware with function, file and line: addresses mean nothing to people.
//!
//! Places are shown without the folders of whoever built the image, so what is kept of a run names no path of a computer.

use addr2line::Context;
use addr2line::gimli::{Dwarf, EndianSlice, LittleEndian, SectionId};

use super::elf::Elf;

type Slice<'f> = EndianSlice<'f, LittleEndian>;

/// The registers whose values are places in code, as they stand in the text of a fault.
const REGISTERS: [&str; 2] = ["pc", "lr"];
/// Functions that are told of one place at the most, where one is inlined into the next. Of those of the language itself only
/// the innermost is told: a loop over an iterator is half a dozen of them deep, and whose loop it is is the question.
const FRAMES: usize = 3;
/// From here on a link register holds no address but how an exception returns (DDI 0403E, B1.5.8).
const EXC_RETURN: u32 = 0xFFFF_FF00;

/// The text with every place in code named.
#[must_use]
pub fn with_places(text: &str, elf: &Elf<'_>) -> String {
    let places = Places::of(elf);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Every `pc 0x0800abcd` and `lr 0x0800abcd`, in the order in which they come.
    while let Some((at, register)) = first_register(rest) {
        let value = at + register.len() + 1;
        let end = rest.get(value..).and_then(|tail| tail.find(' ')).map_or(rest.len(), |len| value + len);
        out.push_str(rest.get(..end).unwrap_or(rest));
        let digits = rest.get(value..end).and_then(|digits| digits.trim_end().strip_prefix("0x"));
        if let Some(address) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok())
            && let Some(place) = places.at(address, register == "lr")
        {
            out.push_str(&format!(" ({place})"));
        }
        rest = rest.get(end..).unwrap_or("");
    }
    out.push_str(rest);
    out
}

/// Where the first register stands that holds a place.
fn first_register(text: &str) -> Option<(usize, &'static str)> {
    let places = REGISTERS.iter().filter_map(|register| {
        let is_word = |at: &usize| *at == 0 || text.as_bytes().get(at - 1) == Some(&b' ');
        text.match_indices(&format!("{register} 0x")).map(|(at, _)| at).find(is_word).map(|at| (at, *register))
    });
    places.min()
}

/// What is known about places in code.
struct Places<'e, 'f> {
    elf: &'e Elf<'f>,
    lines: Option<Context<Slice<'f>>>,
}

impl<'e, 'f> Places<'e, 'f> {
    fn of(elf: &'e Elf<'f>) -> Self {
        let load = |id: SectionId| Ok::<_, addr2line::gimli::Error>(Slice::new(elf.section(id.name()), LittleEndian));
        // An image without debug information still has symbols.
        let lines = Dwarf::load(load).ok().and_then(|dwarf| Context::from_dwarf(dwarf).ok());
        Self { elf, lines }
    }

    /// `function at file:line`, or as much of that as there is; where functions are inlined, the innermost first. A return
    /// address stands behind the call, so the instruction before it is looked up.
    fn at(&self, address: u32, returns: bool) -> Option<String> {
        if address >= EXC_RETURN {
            return None;
        }
        let address = u64::from(address & !1).saturating_sub(if returns { 2 } else { 0 });
        let mut places: Vec<String> = Vec::new();
        if let Some(mut frames) = self.lines.as_ref().and_then(|lines| lines.find_frames(address).skip_all_loads().ok())
        {
            while places.len() < FRAMES
                && let Ok(Some(frame)) = frames.next()
            {
                let file = frame.location.as_ref().and_then(|at| at.file).map(short);
                if !places.is_empty() && file.as_ref().is_some_and(|file| is_of_the_language(file)) {
                    continue;
                }
                let name =
                    frame.function.as_ref().and_then(|function| function.demangle().ok()).map(|name| bare(&name));
                let location = frame.location.and_then(|at| Some(format!("{}:{}", file?, at.line?)));
                places.extend(match (name, location) {
                    (Some(name), Some(location)) => Some(format!("{name} at {location}")),
                    (Some(name), None) => Some(name),
                    (None, location) => location,
                });
            }
        }
        if places.is_empty() {
            return self.elf.function_at(address).map(demangled);
        }
        Some(places.join(" in "))
    }
}

fn demangled(name: &str) -> String {
    bare(&addr2line::demangle_auto(name.into(), None))
}

/// The name without the types that it is generic over: those of an iterator fill a screen, and say less than file and line.
fn bare(name: &str) -> String {
    let (mut out, mut depth, mut before) = (String::with_capacity(name.len()), 0_u32, ' ');
    for letter in name.chars() {
        match letter {
            '<' => depth += 1,
            // The arrow of a function's type closes nothing.
            '>' if before != '-' && depth > 0 => depth -= 1,
            _ if depth == 0 => out.push(letter),
            _ => {}
        }
        before = letter;
    }
    // What is nothing but types, such as `<T as Trait>`, has no other name.
    let out = out.trim_start_matches("::");
    if out.is_empty() { name.to_owned() } else { out.to_owned() }
}

/// Whether a file, as [`short`] gives it, is one of Rust's own libraries.
fn is_of_the_language(file: &str) -> bool {
    ["core/src/", "alloc/src/", "std/src/"].iter().any(|library| file.starts_with(library))
}

/// A file without the folders of whoever built it: `/home/me/x-1.0/src/a.rs` becomes `x-1.0/src/a.rs`.
fn short(file: &str) -> String {
    let file = file.replace('\\', "/");
    let Some(src) = file.rfind("/src/") else { return file.rsplit('/').next().unwrap_or(&file).to_owned() };
    let start = file.get(..src).and_then(|folders| folders.rfind('/')).map_or(0, |slash| slash + 1);
    file.get(start..).unwrap_or(&file).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{bare, first_register, short, with_places};
    use crate::board::elf::Elf;

    fn fixture(name: &str) -> Vec<u8> {
        std::fs::read(format!("{}/../../fixtures/elf/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[test]
    fn folders_of_other_people_are_left_out() {
        assert_eq!(short("/home/me/.cargo/registry/src/x/cortex-m-0.7.7/src/asm.rs"), "cortex-m-0.7.7/src/asm.rs");
        assert_eq!(short("C:\\me\\board\\src\\a.rs"), "board/src/a.rs");
        assert_eq!(short("board/src/a.rs"), "board/src/a.rs");
        assert_eq!(short("/build/start.S"), "start.S");
    }

    #[test]
    fn the_types_of_generic_functions_are_left_out() {
        assert_eq!(bare("fold<Iter<u8>, map_fold::{closure_env#0}<(&u8, fn() -> i32), i32>>"), "fold");
        assert_eq!(bare("<Zip<A, B> as Iterator>::next"), "next");
        assert_eq!(bare("hil_kernels::dot::dot_i8::{closure#0}"), "hil_kernels::dot::dot_i8::{closure#0}");
        assert_eq!(bare("<A as B>"), "<A as B>");
    }

    #[test]
    fn registers_are_found_as_words_only() {
        assert_eq!(first_register("fault: pc 0x1 lr 0x2"), Some((7, "pc")));
        assert_eq!(first_register("xpc 0x1 lr 0x2"), Some((8, "lr")));
        assert_eq!(first_register("the pc is gone"), None);
    }

    #[test]
    fn an_address_gets_its_function_and_other_text_stays() {
        let bytes = fixture("hello-stm32f407.elf");
        let elf = Elf::parse(&bytes).unwrap();
        let reset = elf.address_of("Reset").or_else(|| elf.address_of("main")).unwrap();
        let text = format!("fault: pc {reset:#010x} lr 0xfffffff9 sp 0x20000000");
        let told = with_places(&text, &elf);
        assert!(told.starts_with(&format!("fault: pc {reset:#010x} (")), "{told}");
        assert!(told.ends_with(" lr 0xfffffff9 sp 0x20000000"), "{told}");
        // What is not in any function, or no number, is left as it is.
        for text in ["fault: pc 0x30000000 lr 0x30000000", "pc 0xzz", "pc 0x", "panic: on purpose", ""] {
            assert_eq!(with_places(text, &elf), text);
        }
    }
}

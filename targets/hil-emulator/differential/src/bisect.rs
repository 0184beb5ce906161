//! Narrows a difference down: runs the prefixes of a block until one differs. Its last item is to blame.

use crate::Error;
use crate::block::Block;
use crate::compare::Record;
use crate::image::Image;

/// Something that executes images.
pub type Machine<'a> = &'a dyn Fn(&Image) -> Result<Vec<Record>, Error>;

/// A difference with its cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The text of the instructions of the item.
    pub text: Vec<String>,
    /// The item's code, with its set-up.
    pub code: Vec<u16>,
    /// The registers before the item.
    pub before: Vec<String>,
    /// What differs after it: ours, then QEMU's.
    pub differences: Vec<String>,
}

impl Finding {
    /// The finding as text.
    #[must_use]
    pub fn show(&self) -> String {
        let code: Vec<String> = self.code.iter().map(|halfword| format!("{halfword:04x}")).collect();
        let mut text = format!("{}\n  code {}\n", self.text.join("; "), code.join(" "));
        for line in &self.differences {
            text.push_str(&format!("  {line} (QEMU)\n"));
        }
        text.push_str(&format!("  before: {}\n", self.before.join(" ")));
        text
    }
}

/// The first item of `block` after which the machines differ; `None` when they do not differ when it runs alone.
///
/// # Errors
/// When one of the machines does not run.
pub fn bisect(block: &Block, ours: Machine<'_>, qemu: Machine<'_>) -> Result<Option<Finding>, Error> {
    let mut before = Vec::new();
    for count in 0..=block.items.len() {
        let prefix = Block { items: block.items[..count].to_vec(), ..block.clone() };
        let image = Image { blocks: vec![prefix] };
        let (ours, qemu) = (ours(&image)?, qemu(&image)?);
        let (Some(ours), Some(qemu)) = (ours.first(), qemu.first()) else { return Ok(None) };
        let differences = ours.differences(qemu);
        if !differences.is_empty() {
            let (text, code) = match count.checked_sub(1).and_then(|last| block.items.get(last)) {
                Some(item) => (item.text.clone(), item.code.clone()),
                None => (vec!["loading the registers".to_owned()], Vec::new()),
            };
            return Ok(Some(Finding { text, code, before, differences }));
        }
        before = ours.registers();
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::bisect;
    use crate::block::ITEMS;
    use crate::classes::CLASSES;
    use crate::image::Image;
    use crate::ours;
    use crate::random::Random;

    /// A machine that decodes one instruction wrongly: where the fifth item is, it executes another one.
    #[test]
    fn the_instruction_to_blame_is_found() {
        let class = CLASSES.iter().position(|class| class.name == "long multiply");
        let image = Image::random(1, class, &mut Random::new(7));
        let wrong = |image: &Image| {
            let mut image = image.clone();
            if let Some(item) = image.blocks[0].items.get_mut(4) {
                // EOR R0, R0, #1 stands in for it.
                let filled = [0xf080, 0x0001].into_iter().chain([0xbf00].into_iter().cycle());
                item.code = filled.take(item.code.len()).collect();
            }
            ours::run(&image)
        };
        let found = bisect(&image.blocks[0], &ours::run, &wrong).unwrap().unwrap();
        assert_eq!(image.blocks[0].items.len(), ITEMS);
        assert_eq!(found.text, image.blocks[0].items[4].text);
        assert!(found.differences.iter().any(|line| line.starts_with("R0:")), "{}", found.show());
        assert_eq!(bisect(&image.blocks[0], &ours::run, &ours::run).unwrap(), None);
    }
}

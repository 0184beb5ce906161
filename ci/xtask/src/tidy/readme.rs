//! README.md shows the commands that `cargo xtask fresh` tries, so that what newcomers read is what is tested.

use crate::finding::Finding;
use crate::fresh::COMMANDS;
use crate::repo::File;
use crate::tidy::file;

/// Finds commands that README.md does not show on a line of their own.
pub fn check(files: &[File]) -> Vec<Finding> {
    let shown = |line: &str| {
        file(files, "README.md").is_some_and(|readme| {
            readme.text.lines().any(|text| {
                // A prompt before the command and a comment behind it are part of the line, not of the command.
                let text = text.trim().trim_start_matches("$ ");
                text.split(" #").next().is_some_and(|text| text.trim() == line)
            })
        })
    };
    COMMANDS
        .iter()
        .filter(|command| !shown(command.line))
        .map(|command| {
            Finding::new(
                "README.md",
                None,
                format!("does not show the command `{}`", command.line),
                "show it in a code block, or change `COMMANDS` in ci/xtask/src/fresh.rs",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::fresh::COMMANDS;
    use crate::repo::File;

    #[test]
    fn the_commands_must_stand_on_lines_of_their_own() {
        let lines = COMMANDS.map(|command| command.line);
        let shown = format!("```sh\n$ {}   # every check\n{}\n```\n", lines[0], lines[1]);
        assert_eq!(check(&[File::new("README.md", shown)]), []);
        let in_prose = format!("Run {} and {} often.\n", lines[0], lines[1]);
        assert_eq!(check(&[File::new("README.md", in_prose)]).len(), COMMANDS.len());
        assert_eq!(check(&[]).len(), COMMANDS.len());
    }
}

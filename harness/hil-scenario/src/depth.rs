//! A look at the brackets of a text before it is parsed.
//!
//! The parser builds a tree as deep as the text is nested, dotted keys included, and taking such a tree down again
//! uses stack for every level. A scenario nests brackets two or three levels deep, so what is nested further is
//! refused before it becomes a tree.

use std::ops::Range;

use toml_parser::Source;
use toml_parser::lexer::TokenKind;

/// Brackets within brackets that are accepted. With the parser's limit of 80 parts to a dotted key, a tree has less
/// than a thousand levels.
const MAX_NESTING: usize = 8;

/// The first bracket that opens too deep a level.
pub(crate) fn too_deep(text: &str) -> Option<Range<usize>> {
    let mut open = Vec::new();
    for token in Source::new(text).lex() {
        let kind = token.kind();
        match kind {
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket if open.len() == MAX_NESTING => {
                return Some(token.span().start()..token.span().end());
            }
            TokenKind::LeftSquareBracket => open.push(TokenKind::RightSquareBracket),
            TokenKind::LeftCurlyBracket => open.push(TokenKind::RightCurlyBracket),
            // A bracket that closes nothing is a mistake, which must not hide how deep the text is.
            kind if open.last() == Some(&kind) => {
                open.pop();
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn brackets_count_and_texts_and_comments_do_not() {
        assert_eq!(too_deep("a = [[[[[[[[1]]]]]]]]\n".repeat(3).as_str()), None);
        assert_eq!(too_deep("a = [[[[[[[[[1]]]]]]]]]"), Some(12..13));
        assert_eq!(too_deep("a = {b={b={b={b={b={b={b={b={}}}}}}}}}"), Some(28..29));
        assert_eq!(too_deep(&format!("a = \"{0}\" # {0}\nb = '''\n{0}'''\n", "[".repeat(20))), None);
        assert_eq!(too_deep(&"{b=]".repeat(9)), Some(32..33), "a wrong bracket closes nothing");
    }
}

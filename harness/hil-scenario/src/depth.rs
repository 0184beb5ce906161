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
/// Dots in one dotted key or header that are accepted. The parser has a limit of its own, but not the place.
const MAX_DOTS: usize = 32;

/// The first bracket or dot that opens too deep a level.
pub(crate) fn too_deep(text: &str) -> Option<Range<usize>> {
    let mut open = Vec::new();
    let mut dots = 0;
    for token in Source::new(text).lex() {
        let kind = token.kind();
        match kind {
            TokenKind::Dot => dots += 1,
            TokenKind::Atom | TokenKind::Whitespace | TokenKind::BasicString | TokenKind::LiteralString => {}
            _ => dots = 0,
        }
        match kind {
            TokenKind::Dot if dots > MAX_DOTS => return Some(token.span().start()..token.span().end()),
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

    #[test]
    fn dots_of_one_key_count() {
        let dotted = |dots: usize| format!("{}a", "a.".repeat(dots));
        assert_eq!(too_deep(&format!("{0} = 1.5\n[{0}]\n{0} = 1.5\n", dotted(32))), None);
        assert_eq!(too_deep(&format!("b = 1\n{} = 1", dotted(33))), Some(71..72));
        assert_eq!(too_deep(&format!("[[{}]]", "a . ".repeat(40))), Some(132..133));
        assert_eq!(too_deep(&"a = [1.5, 1.5, 1.5]\n".repeat(40)), None);
    }
}

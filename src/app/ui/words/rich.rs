//! Messages with `code` in backticks and **stressed words** in them.

use leptos::prelude::*;

use super::i18n::text;

/// A piece of a message.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Plain(&'a str),
    Code(&'a str),
    Strong(&'a str),
}

/// A mark without its other half stands for itself.
fn pieces(mut text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while !text.is_empty() {
        let next = ["`", "**"].into_iter().filter_map(|mark| {
            let begin = text.find(mark)?;
            let inside = begin + mark.len();
            let length = text[inside..].find(mark)?;
            Some((begin, mark, inside, length))
        });
        let Some((begin, mark, inside, length)) = next.min_by_key(|(begin, ..)| *begin) else {
            pieces.push(Piece::Plain(text));
            break;
        };
        if begin > 0 {
            pieces.push(Piece::Plain(&text[..begin]));
        }
        let marked = &text[inside..inside + length];
        pieces.push(if mark == "`" { Piece::Code(marked) } else { Piece::Strong(marked) });
        text = &text[inside + length + mark.len()..];
    }
    pieces
}

/// The message under `id`, its marks turned into elements.
pub fn rich(id: &'static str) -> impl IntoView {
    rich_text(move || text(id, None))
}

/// The same of a message with values.
pub fn rich_text(message: impl Fn() -> String + Send + 'static) -> impl IntoView {
    move || {
        let text = message();
        pieces(&text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Plain(words) => words.to_owned().into_any(),
                Piece::Code(words) => view! { <code>{words.to_owned()}</code> }.into_any(),
                Piece::Strong(words) => view! { <strong>{words.to_owned()}</strong> }.into_any(),
            })
            .collect_view()
    }
}

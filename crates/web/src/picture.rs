//! A family tree as a picture: SVG that asks for nothing and runs nothing.

use domain::limits::cut;
use service::text::format::escape;

use crate::tree::Line;

const ROW: usize = 58;
const INDENT: usize = 28;
const MARGIN: usize = 20;
/// Characters of a line, and how wide one is taken to be.
const CHARACTERS: usize = 70;
const CHARACTER: usize = 9;

/// The lines of a tree, each below the post from which it comes.
pub(crate) fn svg(lines: &[Line]) -> String {
    let deepest = lines
        .iter()
        .map(|line| line.depth)
        .max()
        .unwrap_or_default();
    let width = MARGIN * 2 + deepest * INDENT + INDENT + CHARACTERS * CHARACTER;
    let height = MARGIN * 2 + lines.len() * ROW;
    let mut drawn = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" font-family=\"sans-serif\" font-size=\"14\" fill=\"#1c2321\">\
         <title>Family tree</title><rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>"
    );
    for (place, line) in lines.iter().enumerate() {
        let above = lines.get(..place).unwrap_or_default();
        let parent = above.iter().rposition(|other| other.depth < line.depth);
        if let Some(parent) = parent.filter(|_| line.depth > 0) {
            let (from, to) = (middle(parent), middle(place));
            let (left, right) = (left(line.depth - 1), left(line.depth));
            drawn.push_str(&format!(
                "<path d=\"M{left} {from}V{to}H{right}\" fill=\"none\" stroke=\"#55605b\"/>"
            ));
        }
    }
    for (place, line) in lines.iter().enumerate() {
        post(&mut drawn, place, line);
    }
    drawn.push_str("</svg>");
    drawn
}

fn left(depth: usize) -> usize {
    MARGIN + depth * INDENT
}

fn middle(place: usize) -> usize {
    MARGIN + place * ROW + ROW / 2
}

fn post(drawn: &mut String, place: usize, line: &Line) {
    let (x, y) = (left(line.depth), middle(place));
    let colour = if line.is_focus { "#17604f" } else { "#ffffff" };
    drawn.push_str(&format!(
        "<circle cx=\"{x}\" cy=\"{y}\" r=\"6\" fill=\"{colour}\" stroke=\"#17604f\" stroke-width=\"2\"/>"
    ));
    let language = line.language.as_ref().map(|(_, name)| *name);
    let below = [
        line.author.as_str(),
        line.day.as_str(),
        language.unwrap_or_default(),
        line.tie.as_str(),
    ];
    let below: Vec<&str> = below.into_iter().filter(|part| !part.is_empty()).collect();
    let rows = [
        (y - 8, "bold", line.title.clone()),
        (y + 8, "normal", below.join(" · ")),
        (y + 23, "normal", line.context.clone()),
    ];
    for (y, weight, words) in rows {
        if !words.is_empty() {
            let x = x + 16;
            drawn.push_str(&format!(
                "<text x=\"{x}\" y=\"{y}\" font-weight=\"{weight}\">{}</text>",
                escape(&shortened(&words))
            ));
        }
    }
}

/// As much as there is room for.
fn shortened(words: &str) -> String {
    let words = words.replace(char::is_control, " ");
    let short = cut(&words, CHARACTERS);
    if short.len() < words.len() {
        format!("{short}…")
    } else {
        short.to_owned()
    }
}

//! The list's vectors as files.

use leptos::prelude::*;
use npyz::WriterBuilder;
use web_sys::Blob;

use super::{
    encoded::Encoded,
    vectors::{Encoding, Vectors},
};
use crate::{
    app::ui::{
        browser::files::offer_download,
        parts::icons::{Glyph, Icon},
        words::{
            i18n::{mt, t, translated},
            rich::rich,
        },
    },
    localize::Localized,
    text::csv_text,
};

#[derive(Clone, Copy)]
enum Form {
    Npy,
    Csv,
}

#[component]
pub fn Export() -> impl IntoView {
    let vectors: Vectors = expect_context();
    let outcome = RwSignal::new(None::<Result<String, Localized>>);
    let disabled = move || !vectors.fresh();
    let export = move |form: Form| {
        let Some(encoding) = untrack(|| vectors.current()) else { return };
        let (name, bytes) = match form {
            Form::Npy => ("embeddings.npy", npy(&encoding)),
            Form::Csv => ("embeddings.csv", Ok(csv(&encoding).into_bytes())),
        };
        let offered = bytes.and_then(|bytes| offer(name, &bytes)).map(|()| name.to_owned());
        outcome.set(Some(offered));
    };
    view! {
        <div class="playground-head">
            <h2>{mt!("export-title")}</h2>
            <p class="fine">{rich("export-what")}</p>
        </div>
        <Encoded />
        <div class="row">
            <button type="button" class="button" disabled=disabled on:click=move |_| export(Form::Npy)>
                <Glyph icon=Icon::Download />{mt!("export-npy")}
            </button>
            <button type="button" class="button" disabled=disabled on:click=move |_| export(Form::Csv)>
                <Glyph icon=Icon::Download />{mt!("export-csv")}
            </button>
        </div>
        <p class="fine" role="status">
            {move || outcome.get().map(|outcome| match outcome {
                Ok(name) => t!("take-done", name = name),
                Err(reason) => translated(&reason),
            })}
        </p>
    }
}

/// A float32 array of [sentences, dimensions], as `numpy.load` reads it.
fn npy(encoding: &Encoding) -> Result<Vec<u8>, Localized> {
    let mut bytes = Vec::with_capacity(128 + 4 * encoding.values.len());
    let shape = [encoding.lines.len() as u64, encoding.hidden as u64];
    let mut write = || -> std::io::Result<()> {
        let mut writer =
            npyz::WriteOptions::new().default_dtype().shape(&shape).writer(&mut bytes).begin_nd()?;
        writer.extend(encoding.values.iter().copied())?;
        writer.finish()
    };
    write().map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// A line a sentence: the sentence, then its numbers.
fn csv(encoding: &Encoding) -> String {
    let heads = (0..encoding.hidden).map(|column| format!("d{column}"));
    let lines = encoding.lines.iter().enumerate().map(|(index, line)| {
        let numbers = encoding.row(index).iter().map(|number| number.to_string());
        std::iter::once(line.clone()).chain(numbers)
    });
    csv_text(std::iter::once("sentence".to_owned()).chain(heads), lines)
}

fn offer(name: &str, bytes: &[u8]) -> Result<(), Localized> {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence(&parts).map_err(|error| format!("{name}: {error:?}"))?;
    offer_download(name, &blob)
}

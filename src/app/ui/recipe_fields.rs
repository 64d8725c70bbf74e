//! The kinds of field that the recipe is made of: label, control, one sentence, error. Their words are message ids.

use leptos::prelude::*;

use super::{i18n::words, recipe_numbers::NumberField};

/// A number with its explanation and, where it cannot be used, why.
#[component]
pub fn Number(field: NumberField, disabled: Signal<bool>) -> impl IntoView {
    let spec = field.spec;
    let (help, error) = (format!("{}-help", spec.id), format!("{}-error", spec.id));
    let described = format!("{help} {error}");
    let problem = move || field.value().err();
    view! {
        <div class="field">
            <label for=spec.id>{move || words(spec.label)}</label>
            <input
                id=spec.id
                type="text"
                inputmode=if spec.whole { "numeric" } else { "decimal" }
                autocomplete="off"
                prop:value=field.text
                disabled=disabled
                aria-describedby=described
                aria-invalid=move || problem().is_some().to_string()
                on:input=move |event| field.text.set(event_target_value(&event))
            />
            <p id=error class="field-error" aria-live="polite">{problem}</p>
            <p id=help class="field-help">{move || words(spec.help)}</p>
        </div>
    }
}

/// A line of text with its explanation and, where it cannot be used, why.
#[component]
pub fn Line(
    id: &'static str,
    label: &'static str,
    help: &'static str,
    value: RwSignal<String>,
    #[prop(into)] problem: Signal<Option<String>>,
    disabled: Signal<bool>,
) -> impl IntoView {
    let (help_id, error_id) = (format!("{id}-help"), format!("{id}-error"));
    let described = format!("{help_id} {error_id}");
    view! {
        <div class="field">
            <label for=id>{move || words(label)}</label>
            <input
                id=id
                type="text"
                autocomplete="off"
                prop:value=value
                disabled=disabled
                aria-describedby=described
                aria-invalid=move || problem.get().is_some().to_string()
                on:input=move |event| value.set(event_target_value(&event))
            />
            <p id=error_id class="field-error" aria-live="polite">{move || problem.get()}</p>
            <p id=help_id class="field-help">{move || words(help)}</p>
        </div>
    }
}

/// One of a few values, all in sight.
#[component]
pub fn Segments<T: Copy + PartialEq + Send + Sync + 'static>(
    #[prop(into)] name: String,
    legend: &'static str,
    value: RwSignal<T>,
    /// Value and its words.
    choices: Vec<(T, &'static str)>,
    /// What the choice means, by value.
    help: impl Fn(T) -> &'static str + Send + Sync + 'static,
    disabled: Signal<bool>,
) -> impl IntoView {
    let radios = choices.into_iter().enumerate().map(|(index, (choice, label))| {
        let id = format!("{name}-{index}");
        view! {
            <input
                type="radio"
                id=id.clone()
                name=name.clone()
                class="visually-hidden"
                prop:checked=move || value.get() == choice
                disabled=disabled
                on:change=move |_| value.set(choice)
            />
            <label for=id>{move || words(label)}</label>
        }
    });
    let help_id = format!("{name}-help");
    let described_by = help_id.clone();
    view! {
        <fieldset class="field" aria-describedby=described_by>
            <legend>{move || words(legend)}</legend>
            <div class="segments">{radios.collect_view()}</div>
            <p id=help_id class="field-help">{move || words(help(value.get()))}</p>
        </fieldset>
    }
}

/// One of a few values, from a list.
#[component]
pub fn Choice<T: Copy + PartialEq + Send + Sync + 'static>(
    #[prop(into)] id: String,
    label: &'static str,
    value: RwSignal<T>,
    choices: Vec<(T, &'static str)>,
    help: impl Fn(T) -> &'static str + Send + Sync + 'static,
    disabled: Signal<bool>,
) -> impl IntoView {
    let values: Vec<T> = choices.iter().map(|(value, _)| *value).collect();
    let options = choices.into_iter().enumerate().map(|(index, (choice, name))| {
        view! { <option value=index.to_string() selected=move || value.get() == choice>{move || words(name)}</option> }
    });
    let on_change = move |event| {
        let chosen =
            event_target_value(&event).parse::<usize>().ok().and_then(|index| values.get(index).copied());
        if let Some(chosen) = chosen {
            value.set(chosen);
        }
    };
    let help_id = format!("{id}-help");
    view! {
        <div class="field">
            <label for=id.clone()>{move || words(label)}</label>
            <select id=id disabled=disabled aria-describedby=help_id.clone() on:change=on_change>
                {options.collect_view()}
            </select>
            <p id=help_id class="field-help">{move || words(help(value.get()))}</p>
        </div>
    }
}

//! The kinds of field that forms are made of: label, control, one sentence, error. Their words are message ids.

use leptos::prelude::*;

use crate::{
    app::ui::{
        state::{number_field::NumberField, recipe::Recipe},
        words::i18n::words,
    },
    text::augment::Augmentation,
    train::{Kind, TrainOption},
};

/// An option of the recipe: its message `KEY`, a control for its kind, and its explanation.
#[component]
pub fn RecipeOption(option: TrainOption, recipe: Recipe, disabled: Signal<bool>) -> AnyView {
    let spec = option.spec();
    let (key, value) = (spec.key, recipe.typed(option));
    let locked = Signal::derive(move || disabled.get() || recipe.idle(option));
    // `crop:0.1` is explained as `crop` is.
    let id = move |choice: &str| {
        let name = choice.split(':').next().unwrap_or_default();
        format!("{key}-{}", if name.is_empty() { "none".to_owned() } else { name.replace('_', "-") })
    };
    let names: Vec<String> = match spec.kind {
        Kind::Whole(_) | Kind::Real(_) => {
            return view! { <Number field=recipe.number(option) disabled=locked /> }.into_any();
        }
        Kind::Widths => {
            let problem = Signal::derive(move || recipe.problem(option));
            return view! { <Line id=key label=key value problem disabled=locked /> }.into_any();
        }
        Kind::Flag => vec!["false".to_owned(), "true".to_owned()],
        Kind::Choice(names) => names.iter().map(|name| (*name).to_owned()).collect(),
        Kind::Augmentation => {
            let offered = Augmentation::ALL.map(|augmentation| augmentation.to_string());
            [String::new()].into_iter().chain(offered).collect()
        }
    };
    let choices: Vec<(String, String)> = names.into_iter().map(|name| (name.clone(), id(&name))).collect();
    let help = move |choice: String| format!("{}-help", id(&choice));
    match choices.len() {
        2 => view! { <Segments name=key legend=key value choices help disabled=locked /> }.into_any(),
        _ => view! { <Choice id=key label=key value choices help disabled=locked /> }.into_any(),
    }
}

/// A number with its explanation and, where it cannot be used, why.
#[component]
pub fn Number(field: NumberField, disabled: Signal<bool>) -> impl IntoView {
    let NumberField { id, label, kind, text } = field;
    let inputmode = if matches!(kind, Kind::Whole(_)) { "numeric" } else { "decimal" };
    let problem = Signal::derive(move || field.value().err());
    view! { <Line id label value=text problem inputmode disabled /> }
}

/// A line of text with its explanation and, where it cannot be used, why.
#[component]
pub fn Line(
    id: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    #[prop(into)] problem: Signal<Option<String>>,
    /// Which keys a phone offers; by default those for text.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    disabled: Signal<bool>,
) -> impl IntoView {
    let help = format!("{id}-help");
    let (help_id, error_id) = (help.clone(), format!("{id}-error"));
    let described = format!("{help_id} {error_id}");
    view! {
        <div class="field">
            <label for=id>{move || words(label)}</label>
            <input
                id=id
                type="text"
                inputmode=inputmode
                autocomplete="off"
                prop:value=value
                disabled=disabled
                aria-describedby=described
                aria-invalid=move || problem.get().is_some().to_string()
                on:input=move |event| value.set(event_target_value(&event))
            />
            <p id=error_id class="field-error" aria-live="polite">{move || problem.get()}</p>
            <p id=help_id class="field-help">{move || words(&help)}</p>
        </div>
    }
}

/// One of a few values, all in sight.
#[component]
pub fn Segments<T, L, H>(
    #[prop(into)] name: String,
    legend: &'static str,
    value: RwSignal<T>,
    /// Value and its words, a message id.
    choices: Vec<(T, L)>,
    /// What the choice means, by value: a message id.
    help: impl Fn(T) -> H + Send + Sync + 'static,
    disabled: Signal<bool>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    L: AsRef<str> + Clone + Send + Sync + 'static,
    H: AsRef<str> + 'static,
{
    let radios = choices.into_iter().enumerate().map(|(index, (choice, label))| {
        let id = format!("{name}-{index}");
        let (checked, chosen) = (choice.clone(), choice);
        view! {
            <input
                type="radio"
                id=id.clone()
                name=name.clone()
                class="visually-hidden"
                prop:checked=move || value.get() == checked
                disabled=disabled
                on:change=move |_| value.set(chosen.clone())
            />
            <label for=id>{move || words(label.as_ref())}</label>
        }
    });
    let help_id = format!("{name}-help");
    let described_by = help_id.clone();
    view! {
        <fieldset class="field" aria-describedby=described_by>
            <legend>{move || words(legend)}</legend>
            <div class="segments">{radios.collect_view()}</div>
            <p id=help_id class="field-help">{move || words(help(value.get()).as_ref())}</p>
        </fieldset>
    }
}

/// One of a few values, from a list.
#[component]
pub fn Choice<T, L, H>(
    #[prop(into)] id: String,
    label: &'static str,
    value: RwSignal<T>,
    choices: Vec<(T, L)>,
    help: impl Fn(T) -> H + Send + Sync + 'static,
    disabled: Signal<bool>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    L: AsRef<str> + Clone + Send + Sync + 'static,
    H: AsRef<str> + 'static,
{
    let values: Vec<T> = choices.iter().map(|(value, _)| value.clone()).collect();
    let options = choices.into_iter().enumerate().map(|(index, (choice, name))| {
        view! { <option value=index.to_string() selected=move || value.get() == choice>{move || words(name.as_ref())}</option> }
    });
    let on_change = move |event| {
        let chosen =
            event_target_value(&event).parse::<usize>().ok().and_then(|index| values.get(index).cloned());
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
            <p id=help_id class="field-help">{move || words(help(value.get()).as_ref())}</p>
        </div>
    }
}

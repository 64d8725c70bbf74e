//! The flags of a recipe's options, made from the table of `train::TrainOption`.

use std::marker::PhantomData;

use clap::{Arg, ArgAction, ArgMatches, Command, error::ErrorKind};
use serde_json::{Map, Value};

use crate::train::{Kind, OptionSpec, TrainOption, TrainOptions, written};

/// Which options a command takes, and what they are by default.
pub trait Offer: std::fmt::Debug + Clone + Send + Sync + 'static {
    /// The options that the command takes, in the order of its help.
    fn taken() -> Vec<TrainOption>;

    /// The options that must be given.
    const REQUIRED: &'static [TrainOption] = &[];

    /// What the options are where they are not given.
    fn defaults() -> TrainOptions {
        TrainOptions::default()
    }

    /// Options whose default depends on what else is given, so that none is shown.
    fn without_default() -> &'static [TrainOption] {
        &[]
    }
}

/// The values that were given, or are the command's defaults.
#[derive(Debug, Clone)]
pub struct RecipeArgs<O> {
    values: Map<String, Value>,
    offer: PhantomData<O>,
}

impl<O: Offer> RecipeArgs<O> {
    /// `base` with these values.
    pub fn apply(&self, base: TrainOptions) -> TrainOptions {
        let mut fields = base.fields();
        fields.extend(self.values.clone());
        // Each value was checked by the kind of its option, which is that of its field.
        TrainOptions::from_fields(fields).unwrap_or(base)
    }

    /// The command's own recipe with these values.
    pub fn options(&self) -> TrainOptions {
        self.apply(O::defaults())
    }
}

impl<O: Offer> clap::Args for RecipeArgs<O> {
    fn augment_args(command: Command) -> Command {
        let defaults = O::defaults().fields();
        O::taken().into_iter().fold(command, |command, option| {
            let shown = !option.spec().follows && !O::without_default().contains(&option);
            let required = O::REQUIRED.contains(&option);
            let default = defaults.get(option.spec().name).filter(|_| shown && !required);
            command.arg(flag(option.spec(), default).required(required))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<O: Offer> clap::FromArgMatches for RecipeArgs<O> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut values = Map::new();
        for spec in O::taken().into_iter().map(TrainOption::spec) {
            let given = match spec.kind {
                Kind::Flag => matches.get_flag(spec.name).then_some(Value::Bool(true)),
                _ => matches.get_one::<Value>(spec.name).cloned(),
            };
            values.extend(given.map(|value| (spec.name.to_owned(), value)));
        }
        let args = Self { values, offer: PhantomData };
        match TrainOptions::from_fields(args.values.clone()) {
            Ok(_) => Ok(args),
            Err(error) => Err(clap::Error::raw(ErrorKind::ValueValidation, format!("{error}\n"))),
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// `--batch-size <N>`, with its docstring for a help and what it costs.
fn flag(spec: &'static OptionSpec, default: Option<&Value>) -> Arg {
    let arg = Arg::new(spec.name).long(spec.key).help(spec.summary() + spec.cost.words());
    let name = match spec.kind {
        Kind::Flag => return arg.action(ArgAction::SetTrue),
        Kind::Whole(_) | Kind::Real(_) => "NUMBER",
        Kind::Choice(_) => "NAME",
        Kind::Augmentation => "NAME[:SHARE]",
        Kind::Widths => "WIDTH,…",
    };
    let parse = |typed: &str| spec.parse(typed).map_err(|expected| format!("expected {expected}"));
    let arg = arg.value_name(name).allow_negative_numbers(true).value_parser(parse);
    match default.map(written) {
        Some(default) if !default.is_empty() => arg.default_value(default),
        _ => arg,
    }
}

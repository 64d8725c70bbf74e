//! `verify`: whether this machine's device computes what it should.

use std::path::{Path, PathBuf};

use clap::{Args, builder::PossibleValuesParser};

use super::{
    device::open_device,
    error::CliError,
    files, terminal,
    terminal::{print_json, print_text, progress_bar},
};
use crate::{
    device::DeviceOptions,
    verify::{Coverage, Report, VectorModel, Verification, parts},
};

/// The site's own model, as a clone of this project has it.
const STARTER: &str = "www/models/starter";

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Folders of models whose vectors are known, the starter's and all-MiniLM-L6-v2's; without it www/models/starter,
    /// where that is there.
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub model: Vec<PathBuf>,
    /// Check only this part; may be given several times.
    #[arg(long, value_name = "PART", value_parser = PossibleValuesParser::new(parts()))]
    pub part: Vec<String>,
    /// Check all cases of the tests instead of a sample.
    #[arg(long)]
    pub all: bool,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

pub async fn run(args: &VerifyArgs, device_options: DeviceOptions) -> Result<(), CliError> {
    let starter = Path::new(STARTER);
    let default_folder = || starter.is_dir().then(|| starter.to_owned()).into_iter().collect();
    let folders: Vec<PathBuf> = if args.model.is_empty() { default_folder() } else { args.model.clone() };
    if folders.is_empty() {
        terminal::note(&format!(
            "vectors are not compared: no folder {STARTER}; name a model folder with --model"
        ));
    }
    // Read before the device opens, so that an unreadable folder fails at once.
    let models = folders.iter().map(|folder| Ok((folder_name(folder), files::load_model(folder)?)));
    let models: Vec<(String, files::Model)> = models.collect::<Result<_, CliError>>()?;

    let device = open_device(device_options).await?;
    let coverage = if args.all { Coverage::All } else { Coverage::Sample };
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let names: Vec<String> = models.iter().map(|(name, _)| name.clone()).collect();
    let mut verification = Verification::new(&device, coverage, system, &args.part, &names);
    let bar = progress_bar(verification.remaining(), "parts");
    verification.check_engine(|done| bar.set_position(done as u64)).await;
    for (name, model) in &models {
        if !verification.wants_model(name) {
            continue;
        }
        let vector_model = VectorModel { name, checkpoint: &model.checkpoint, tokenizer: &model.tokenizer };
        verification.check_vectors(&vector_model).await;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let report = verification.finish();
    if args.json {
        print_json(&report)?
    } else {
        print_text(&report.to_text())?
    }
    fail_unless_passed(&report)
}

/// An error if a check failed; called after the report is printed.
fn fail_unless_passed(report: &Report) -> Result<(), CliError> {
    if report.passed() { Ok(()) } else { Err(CliError::Verify { failed: report.failed() }) }
}

/// The folder's own name, also for a path such as `.`.
fn folder_name(folder: &Path) -> String {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Device, DeviceChoice};

    #[test]
    fn a_failed_check_exits_with_status_1() {
        let options =
            DeviceOptions { choice: DeviceChoice::Cpu, threads: Some(1), ..DeviceOptions::default() };
        let device = pollster::block_on(Device::open(options)).expect("the CPU refuses nothing");
        let mut verification = Verification::new(&device, Coverage::Sample, String::new(), &[], &[]);
        verification.model_failed("starter", "it is not there".into());
        let error = fail_unless_passed(&verification.finish()).unwrap_err();
        assert_eq!(
            (error.exit_status(), error.to_string()),
            (1, "1 of the checks failed; the report names them".to_owned())
        );
    }
}

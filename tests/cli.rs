//! The command line, run as a user runs it: on tiny models, with small files in every layout.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use simcse_lab::eval::{LANDMARK_PAIRS, LANDMARKS, LandmarkKind};
use simcse_lab::model::checkpoint::{SimcseSettings, export_directory};
use simcse_lab::model::{Checkpoint, ModelConfig, Pooler};

const HIDDEN: usize = 8;

/// A folder with a model over the words a to z.
fn model(root: &Path) -> PathBuf {
    let mut vocabulary: Vec<String> =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map(str::to_owned).into();
    vocabulary.extend(('a'..='z').map(String::from));
    let config = format!(
        r#"{{"model_type": "bert", "vocab_size": {}, "hidden_size": {HIDDEN}, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": 8, "max_position_embeddings": 16, "pad_token_id": 0}}"#,
        vocabulary.len()
    );
    let config = ModelConfig::from_json("config.json", config.as_bytes()).unwrap();
    let checkpoint = Checkpoint::init_random(config, 1);
    let tokenizer = [("vocab.txt".to_owned(), vocabulary.join("\n").into_bytes())];
    let settings = SimcseSettings { pooler: Pooler::Avg, max_length: None, recipe: Value::Null };
    let folder = root.join("model");
    for (path, bytes) in export_directory(&checkpoint, &checkpoint.tensors, &tokenizer, &settings).unwrap() {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// Standard output of a command that succeeds, or standard error of one that fails with `status`.
fn run(status: i32, command: &str, model: &Path, arguments: &[&str]) -> String {
    let mut process = Command::new(env!("CARGO_BIN_EXE_simcse-lab"));
    let output = process.arg(command).arg("--model").arg(model).args(arguments).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{error}");
    if status == 0 { String::from_utf8(output.stdout).unwrap() } else { error }
}

fn json(line: &str) -> Value {
    serde_json::from_str(line).unwrap()
}

/// Asserts that a number in a table is the one in the JSON, which serde_json reads to within one bit.
fn assert_same(cell: &str, value: &Value) {
    let (cell, value) = (cell.parse::<f64>().unwrap(), value.as_f64().unwrap());
    assert!((cell - value).abs() <= 1e-14 * value.abs(), "{cell} is not {value}");
}

fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// Twelve pairs of different words, with scores from 0 to 5.
fn pairs(separator: &str) -> String {
    let line = |i: usize| {
        let word = |i: usize| char::from(b'a' + (i % 26) as u8);
        let (a, b, c) = (word(i), word(i * 7 + 3), word(i * 5 + 1));
        format!("{a} {b}{separator}{b} {c}{separator}{}\n", i % 6)
    };
    (0..12).map(line).collect()
}

#[test]
fn eval_and_analyse_print_the_same_numbers_as_json_and_as_csv() {
    let root = tempfile::tempdir().unwrap();
    let model = model(root.path());
    let file = root.path().join("pairs.tsv");
    fs::write(&file, pairs("\t")).unwrap();
    let sts = ["--sts", file.to_str().unwrap()];
    let csv = ["--sts", sts[1], "--format", "csv"];

    let evaluation = json(&run(0, "eval", &model, &sts));
    assert_eq!(evaluation["pairs"], 12);
    let table = rows(&run(0, "eval", &model, &csv));
    assert_eq!(table[0], ["spearman", "alignment", "uniformity", "pairs"]);
    assert_same(&table[1][0], &evaluation["spearman"]);
    assert_eq!(table.len(), 2);

    let analysis = json(&run(0, "analyse", &model, &sts));
    for name in ["spearman", "alignment", "uniformity", "pairs"] {
        assert_eq!(analysis[name], evaluation[name]);
    }
    assert_eq!(analysis["singular_values"].as_array().unwrap().len(), HIDDEN);
    let counts =
        analysis["histogram"].as_array().unwrap().iter().flat_map(|bin| bin["counts"].as_array().unwrap());
    assert_eq!(counts.map(|count| count.as_u64().unwrap()).sum::<u64>(), 12);
    let table = rows(&run(0, "analyse", &model, &csv));
    assert_eq!(table.len(), 1 + 4 + HIDDEN + 5 * 40);
    assert_eq!(table[0], ["measure", "gold", "at", "value"]);
    assert_same(&table[5][3], &analysis["singular_values"][0]);
    let number = |cell: &str| cell.parse::<f64>().unwrap();
    let histogram: Vec<_> = table.iter().filter(|row| row[0] == "histogram").collect();
    assert_eq!(histogram.iter().map(|row| number(&row[3])).sum::<f64>(), 12.0);
    assert_eq!((&histogram[40][1][..], number(&histogram[41][2])), ("1-2", -0.95));
}

#[test]
fn whitening_changes_the_scores_and_is_fitted_to_the_given_sentences() {
    let root = tempfile::tempdir().unwrap();
    let model = model(root.path());
    let file = root.path().join("pairs.tsv");
    fs::write(&file, pairs("\t")).unwrap();
    // All sentences of the pairs, one per line: fitted to them, it is the default whitening.
    let sentences = root.path().join("sentences.txt");
    let text: String =
        pairs("\t").lines().flat_map(|line| line.split('\t').take(2)).map(|s| format!("{s}\n")).collect();
    fs::write(&sentences, text).unwrap();
    let (file, sentences) = (file.to_str().unwrap(), sentences.to_str().unwrap());
    let eval = |more: &[&str]| json(&run(0, "eval", &model, &[&["--sts", file], more].concat()));

    let plain = eval(&[]);
    let white = eval(&["--whitening"]);
    assert!(white["uniformity"].as_f64() < plain["uniformity"].as_f64(), "{white} {plain}");
    assert_eq!(eval(&["--whitening", "--whitening-data", sentences]), white);
    assert_ne!(eval(&["--whitening", "--whitening-dims", "2"]), white);
    let sts = run(0, "sts", &model, &["--data", file, "--whitening"]);
    assert_eq!(json(sts.lines().next().unwrap())["all"], white["spearman"]);

    let message = run(2, "eval", &model, &["--sts", file, "--whitening", "--whitening-dims", "9"]);
    assert!(message.contains("whitening to 9 dimensions: the vectors have 8"), "{message}");
    run(2, "eval", &model, &["--sts", file, "--whitening-dims", "2"]);
}

#[test]
fn chinese_pairs_are_read_in_both_forms() {
    let root = tempfile::tempdir().unwrap();
    let model = model(root.path());
    let with_bars: String =
        pairs("||").lines().enumerate().map(|(id, line)| format!("{id}||{line}\n")).collect();
    let score = |name: &str, text: &str| {
        let file = root.path().join(name);
        fs::write(&file, text.replace('a', "\u{4e2d}")).unwrap();
        run(0, "eval", &model, &["--sts", file.to_str().unwrap()])
    };
    assert_eq!(score("bars.txt", &with_bars), score("tabs.txt", &pairs("\t")));
}

#[test]
fn sts_as_csv_has_a_row_for_each_task_and_subset_and_the_average() {
    let root = tempfile::tempdir().unwrap();
    let model = model(root.path());
    let task = root.path().join("STS12");
    fs::create_dir(&task).unwrap();
    for (subset, lines) in [("MSRpar", 7), ("OnWN", 5)] {
        let (mut input, mut gold) = (String::new(), String::new());
        for line in pairs("\t").lines().take(lines) {
            let (pair, score) = line.rsplit_once('\t').unwrap();
            input += &format!("{pair}\n");
            gold += &format!("{score}\n");
        }
        fs::write(task.join(format!("STS.input.{subset}.txt")), input).unwrap();
        fs::write(task.join(format!("STS.gs.{subset}.txt")), gold).unwrap();
    }
    let arguments = ["--data", task.to_str().unwrap()];
    let lines = run(0, "sts", &model, &arguments);
    let score = json(lines.lines().next().unwrap());
    let table = rows(&run(0, "sts", &model, &[&arguments[..], &["--format", "csv"]].concat()));
    assert_eq!(table[0], ["task", "subset", "pairs", "all", "mean", "wmean"]);
    let names: Vec<_> = table[1..].iter().map(|row| [&row[0][..], &row[1], &row[2]]).collect();
    assert_eq!(
        names,
        [["STS12", "", "12"], ["STS12", "MSRpar", "7"], ["STS12", "OnWN", "5"], ["average", "", ""]]
    );
    assert_same(&table[1][5], &score["wmean"]);
    assert_same(&table[2][3], &score["subsets"][0]["spearman"]);
    assert_eq!(table[4][3], table[1][3]);
}

#[test]
fn an_undefined_correlation_is_null_and_left_out_of_the_average() {
    let root = tempfile::tempdir().unwrap();
    let model = model(root.path());
    let put = |name: &str, text: &str| {
        let path = root.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let sound = put("sound.tsv", &pairs("\t"));
    let constant = put("constant.tsv", "a b\tc d\t3\ne f\tg h\t3\ni j\tk l\t3\n");
    // The same sentence twice has the cosine 1 with every model.
    let alike = put("alike.tsv", "a b\ta b\t1\nc d\tc d\t2\n");
    let single = put("single.tsv", "a b\tc d\t5\n");
    let files = [&sound[..], &constant, &alike, &single];
    let arguments = [&["--data"][..], &files].concat();

    let lines: Vec<Value> = run(0, "sts", &model, &arguments).lines().map(json).collect();
    assert!(lines[0]["all"].is_number());
    for line in &lines[1..4] {
        assert_eq!(["all", "mean", "wmean"].map(|name| &line[name]), [&Value::Null; 3], "{line}");
        assert!(line["subsets"][0]["spearman"].is_null(), "{line}");
    }
    assert_eq!((&lines[4]["average"], &lines[4]["tasks"]), (&lines[0]["all"], &Value::from(1)));
    assert_eq!(lines[4]["undefined"], json(r#"["constant.tsv", "alike.tsv", "single.tsv"]"#));
    let table = rows(&run(0, "sts", &model, &[&arguments[..], &["--format", "csv"]].concat()));
    assert_eq!(table[3], ["constant.tsv", "", "3", "", "", ""]);
    assert_eq!(table[9][..3], ["average of 1 of 4", "", ""]);
    assert_same(&table[9][3], &lines[0]["all"]);

    let none = run(0, "sts", &model, &["--data", &constant]);
    assert_eq!(json(none.lines().last().unwrap())["average"], Value::Null);
    assert_eq!(rows(&run(0, "sts", &model, &["--data", &constant, "--format", "csv"]))[3][3], "");

    for file in &files[1..] {
        let evaluation = json(&run(0, "eval", &model, &["--sts", file]));
        assert!(evaluation["spearman"].is_null() && evaluation["uniformity"].is_number(), "{evaluation}");
    }
    let table = rows(&run(0, "eval", &model, &["--sts", &constant, "--format", "csv"]));
    assert_eq!(table[1][..2], ["", ""], "neither Spearman nor alignment");
}

#[test]
fn an_undefined_evaluation_keeps_the_last_weights() {
    let root = tempfile::tempdir().unwrap();
    let (model, texts) = (model(root.path()), texts(root.path()));
    let file = |folder: &str, name: &str| fs::read(root.path().join(folder).join(name)).unwrap();
    let steps = ["--steps", "4", "--eval-every", "2", "--learning-rate", "0.05"];
    let [sentences, triplets, _] = texts;
    let constant = root.path().join("constant.tsv");
    fs::write(&constant, "a b\tc d\t3\ne f\tg h\t3\n").unwrap();
    let texts = [sentences, triplets, constant.to_str().unwrap().to_owned()];
    let (out, _) = trained(0, &model, &texts, &root.path().join("evaluated"), &steps);
    let evaluations: Vec<Value> =
        out.lines().map(json).filter(|line| line.get("spearman").is_some()).collect();
    assert_eq!(evaluations.iter().map(|line| line["step"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 2, 4]);
    assert!(evaluations.iter().all(|line| line["spearman"].is_null()), "{out}");

    let mut process = Command::new(env!("CARGO_BIN_EXE_simcse-lab"));
    process.args(["train", "--objective", "unsup", "--max-length", "16", "--batch-size", "4"]);
    process.args(["--data", &texts[0], "--device", "cpu", "--model"]).arg(&model).args(steps);
    let done = process.arg("--output").arg(root.path().join("unevaluated")).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let weights = "model.safetensors";
    assert!(file("evaluated", weights) == file("unevaluated", weights), "the last weights, as without pairs");
    assert!(file("evaluated", weights) != fs::read(model.join(weights)).unwrap(), "they were trained");
}

#[test]
fn json_input_gives_the_same_results_as_tables_and_unused_fields_are_noted() {
    let root = tempfile::tempdir().unwrap();
    let (model, texts) = (model(root.path()), texts(root.path()));
    let put = |name: &str, lines: Vec<String>| {
        let path = root.path().join(name);
        fs::write(&path, lines.join("\n")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let objects = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| {
                let [first, second, score] = line.split('\t').collect::<Vec<_>>()[..] else {
                    panic!("{line}")
                };
                format!(r#"{{"id": 1, "sentence1": "{first}", "sentence2": "{second}", "score": {score}}}"#)
            })
            .collect()
    };
    let scored = put("dev.jsonl", objects(&pairs("\t")));
    assert_eq!(run(0, "eval", &model, &["--sts", &scored]), run(0, "eval", &model, &["--sts", &texts[2]]));

    let words = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let triplets: Vec<String> =
        fs::read_to_string(&texts[1]).unwrap().lines().skip(1).map(str::to_owned).collect();
    let triplets = triplets.iter().map(|line| words(line)).map(|item| {
        format!(
            r#"{{"sent0": "{}", "sent1": "{}", "hard_neg": "{}", "source": "a"}}"#,
            item[0], item[1], item[2]
        )
    });
    let triplets = put("triplets.jsonl", triplets.collect());
    let train = |data: &str, dev: &str, output: &str| {
        let mut process = Command::new(env!("CARGO_BIN_EXE_simcse-lab"));
        process.args([
            "train",
            "--objective",
            "sup",
            "--steps",
            "2",
            "--batch-size",
            "4",
            "--max-length",
            "16",
        ]);
        process.args(["--data", data, "--eval", dev, "--device", "cpu", "--model"]).arg(&model);
        let done = process.arg("--output").arg(root.path().join(output)).output().unwrap();
        let error = String::from_utf8(done.stderr).unwrap();
        assert!(done.status.success(), "{error}");
        (fs::read(root.path().join(output).join("model.safetensors")).unwrap(), error)
    };
    let (of_json, notes) = train(&triplets, &scored, "json");
    assert!(notes.contains("triplets.jsonl: fields that are not used: source"), "{notes}");
    assert!(notes.contains("dev.jsonl: fields that are not used: id"), "{notes}");
    let (of_tables, notes) = train(&texts[1], &texts[2], "tables");
    assert!(of_json == of_tables && !notes.contains("not used"), "{notes}");

    let broken = put("broken.jsonl", [objects(&pairs("\t"))[..2].to_vec(), vec!["{".to_owned()]].concat());
    let message = run(1, "eval", &model, &["--sts", &broken]);
    assert!(message.contains("broken.jsonl, line 3: this is no JSON"), "{message}");
}

#[test]
fn a_missing_dictionary_is_named_with_what_to_do() {
    let root = tempfile::tempdir().unwrap();
    let (model, texts) = (model(root.path()), texts(root.path()));
    let output = root.path().join("out");
    let absent = root.path().join("absent.tsv");
    let synonym = ["--augmentation", "synonym", "--dictionary", absent.to_str().unwrap()];
    let (_, error) = trained(1, &model, &texts, &output, &synonym);
    for words in [absent.to_str().unwrap(), "dictionary of synonyms", "cargo xtask setup", "--dictionary"] {
        assert!(error.contains(words), "{words}: {error}");
    }
    assert!(!output.exists(), "refused before any work");
}

#[test]
fn transfer_prints_a_line_for_each_task_and_their_average() {
    let root = tempfile::tempdir().unwrap();
    let model = model(root.path());
    let data = root.path().join("downstream");
    let put = |path: &str, text: String| {
        let path = data.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    // An empty line is a sentence without words.
    put("CR/custrev.pos", "a b c\n".repeat(1500) + "\n");
    put("CR/custrev.neg", "x y z\n".repeat(1499));
    for (part, pairs) in [("train", 60), ("test", 10)] {
        let line = |i: usize| format!("{}\t1\t2\ta b\t{}\n", i % 2, if i % 2 == 1 { "a b" } else { "y z" });
        let header = "\u{feff}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n".to_owned();
        put(&format!("MRPC/msr_paraphrase_{part}.txt"), header + &(0..pairs).map(line).collect::<String>());
    }
    let arguments = ["--data", data.to_str().unwrap(), "--folds", "2", "--seed", "7"];
    let lines = run(0, "transfer", &model, &arguments);
    let scores: Vec<Value> = lines.lines().map(json).collect();
    assert_eq!(scores.len(), 3);
    assert_eq!((&scores[0]["task"], &scores[0]["test_items"]), (&Value::from("CR"), &Value::from(3000)));
    assert!(scores[0]["f1"].is_null() && scores[1]["f1"].is_number(), "{lines}");
    // Two sentences, one per class, besides the empty one; repeated enough for Adam's small steps.
    assert!(scores[0]["accuracy"].as_f64().unwrap() > 99.0, "{lines}");
    assert_eq!((&scores[1]["dev_items"], &scores[1]["test_items"]), (&Value::from(60), &Value::from(10)));
    let mean = (scores[0]["accuracy"].as_f64().unwrap() + scores[1]["accuracy"].as_f64().unwrap()) / 2.0;
    assert_eq!((&scores[2]["average"], &scores[2]["tasks"]), (&Value::from(mean), &Value::from(2)));

    let table = rows(&run(0, "transfer", &model, &[&arguments[..], &["--format", "csv"]].concat()));
    assert_eq!(table[0], ["task", "accuracy", "dev_accuracy", "f1", "dev_items", "test_items"]);
    assert_eq!((&table[2][0][..], &table[3][0][..]), ("MRPC", "average"));
    assert_same(&table[3][1], &scores[2]["average"]);

    let message = run(2, "transfer", &model, &[&arguments[..2], &["--folds", "1"]].concat());
    assert!(message.contains("1 folds make no cross-validation"), "{message}");
    put("CR/custrev.neg", String::new());
    assert!(run(1, "transfer", &model, &arguments).contains("custrev.neg: the file is empty"));
}

#[test]
fn bench_measures_the_given_workloads() {
    let arguments =
        ["bench", "--workloads", "matmul,encode,train", "--matmul", "8x6x5", "--encode", "1x32:3x5"];
    let mut process = Command::new(env!("CARGO_BIN_EXE_simcse-lab"));
    process.args(arguments).args(["--train", "1x32:2x2x4", "--rounds", "2"]);
    let output = process.arg("--json").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report = json(&String::from_utf8(output.stdout).unwrap());
    let results = report["results"].as_array().unwrap();
    let cases: Vec<_> = results.iter().map(|result| result["case"].as_str().unwrap()).collect();
    assert_eq!(cases, ["8x6x5", "1x32:3x5", "1x32:2x2x4"]);
    for result in results {
        let value = |name: &str| result["value"][name].as_f64().unwrap();
        assert!(0.0 < value("min") && value("min") <= value("median") && value("median") <= value("max"));
        assert_eq!(value("samples"), 2.0);
    }

    let wrong =
        Command::new(env!("CARGO_BIN_EXE_simcse-lab")).args(["bench", "--matmul", "8x6"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("MxKxN"));
}

#[test]
fn the_device_is_named_and_tuned() {
    let device = |arguments: &[&str]| {
        let mut process = Command::new(env!("CARGO_BIN_EXE_simcse-lab"));
        let output = process.arg("device").args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        json(&String::from_utf8(output.stdout).unwrap())
    };
    let cpu = device(&["--device", "cpu", "--threads", "2", "--tune"]);
    assert_eq!(
        (&cpu["kind"], cpu["threads"].as_u64(), &cpu["matmul"]),
        (&"cpu".into(), Some(2), &Value::Null)
    );
    assert_eq!(cpu["ceilings"]["matmul_gigaflops"].as_array().map(Vec::len), Some(1));
    let mut tuned = device(&["--device", "gpu", "--tune"]);
    let ceilings = tuned["ceilings"].take();
    assert!(ceilings["copy_gigabytes_per_second"].as_f64().unwrap() > 0.0, "{ceilings}");
    let rates = ceilings["matmul_gigaflops"].as_array().unwrap();
    let fastest = rates.iter().max_by(|a, b| a[1].as_f64().unwrap().total_cmp(&b[1].as_f64().unwrap()));
    assert_eq!(tuned["matmul"], fastest.unwrap()[0]);
    assert_eq!(rates.len(), 3);

    let plain = device(&["--device", "gpu"]);
    let object = tuned.as_object_mut().unwrap();
    object.retain(|key, _| !["ceilings", "matmul"].contains(&key.as_str()));
    assert_eq!(tuned, plain, "the same object apart from these");
}

#[test]
fn profile_prints_the_times_of_a_step_as_json_and_tables() {
    let profile = |arguments: &[&str]| {
        let mut process = Command::new(env!("CARGO_BIN_EXE_simcse-lab"));
        process.args(["profile", "1x32:2x2x4"]).args(arguments).output().unwrap()
    };
    let output = profile(&["--device", "gpu", "--matmul", "large", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report = json(&String::from_utf8(output.stdout).unwrap());
    let whole = |name: &str| report[name].as_u64().unwrap();
    // Two items of four tokens, encoded twice.
    assert_eq!(["layers", "hidden", "rows", "tokens", "longest"].map(whole), [1, 32, 4, 16, 4]);
    assert!(report["step_milliseconds"].as_f64().unwrap() > report["host_milliseconds"].as_f64().unwrap());

    let tables = String::from_utf8(profile(&[]).stdout).unwrap();
    assert!(tables.starts_with("1 layers × 32, 4 rows of up to 4 tokens, 16 tokens, on "), "{tables}");
    assert!(tables.contains("\n| buffers | MiB |\n"), "{tables}");

    let wrong = profile(&["--matmul", "fast"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("known are small, medium, large"));
}

/// Standard output of `verify` on a device; it must pass.
fn verify(device: &str, arguments: &[&str]) -> String {
    let mut process = Command::new(env!("CARGO_BIN_EXE_simcse-lab"));
    let output = process.args(["verify", "--device", device]).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn verify_checks_every_part_of_the_cpu_against_its_tolerance() {
    // tests/verify.rs checks a GPU.
    for device in ["cpu"] {
        let report = json(&verify(device, &["--model", "www/models/starter", "--json"]));
        assert_eq!(report["device"]["kind"], device);
        let checks = report["checks"].as_array().unwrap();
        let number = |check: &Value, name: &str| check[name].as_f64().unwrap();
        assert!(checks.iter().all(|check| number(check, "error") <= number(check, "tolerance")));
        // Rounding errors are visible in every check with a tolerance.
        let measured = checks.iter().filter(|check| number(check, "tolerance") > 0.0);
        assert!(measured.filter(|check| number(check, "error") > 0.0).count() > 30);
        let parts: Vec<&str> = checks.iter().map(|check| check["part"].as_str().unwrap()).collect();
        let named = simcse_lab::verify::parts().filter(|part| *part != "vectors").chain(["vectors, starter"]);
        for part in named {
            assert!(parts.contains(&part), "{part} on the {device}");
        }
    }
}

#[test]
fn verify_prints_a_table_with_device_and_threads() {
    let text = verify("cpu", &["--threads", "2"]);
    assert!(text.starts_with(concat!("SimCSE Lab ", env!("CARGO_PKG_VERSION"), ": all ")), "{text}");
    assert!(text.contains("\nthreads: 2\n") && text.contains("\ndevice: "), "{text}");
    let row = text.lines().find(|line| line.starts_with("attention") && line.contains("dq, dk, dv")).unwrap();
    assert!(row.ends_with("passed") && row.contains("e-"), "{row}");
}

#[test]
fn an_encoder_is_pretrained_from_a_text_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let text: String =
        (0..60).map(|line| format!("the {} cat sat on mat number {line}\n", line % 7)).collect();
    std::fs::write(path("text.txt"), text).unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_simcse-lab")).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let (text, tokenizer, model) = (path("text.txt"), path("tokenizer.json"), path("model"));
    let vocabulary = ["vocabulary", "--data", &text, "--size", "80", "--least", "1", "--output", &tokenizer];
    let pieces = json(&run(&vocabulary))["pieces"].as_u64().unwrap();
    assert!((20..=80).contains(&pieces), "{pieces}");
    let first = std::fs::read(&tokenizer).unwrap();
    run(&vocabulary);
    assert!(std::fs::read(&tokenizer).unwrap() == first, "the same text gives the same vocabulary");
    let shape = ["--layers", "1", "--hidden", "16", "--heads", "2", "--batch-size", "8", "--steps", "4"];
    let pretrain = ["pretrain", "--data", &text, "--tokenizer", &tokenizer, "--output", &model];
    let lines = run(&[&pretrain[..], &shape[..]].concat());
    assert_eq!(lines.lines().count(), 4);

    // The result is a model like any other: it can be evaluated, and trained further with masked-language modelling.
    std::fs::write(path("pairs.tsv"), "a cat\tthe cat\t4\na mat\tnumber 9\t1\nthe cat\tmat 3\t2\n").unwrap();
    let scores = json(&run(&["eval", "--model", &model, "--pooler", "avg", "--sts", &path("pairs.tsv")]));
    assert_eq!(scores["pairs"], 3);
    let train = ["train", "--model", &model, "--data", &text, "--objective", "unsup", "--pooler", "avg"];
    let more = ["--steps", "1", "--batch-size", "4", "--mlm-weight", "0.1", "--output"];
    let step = json(&run(&[&train[..], &more[..], &[path("tuned").as_str()]].concat()));
    // With the pre-trained head and not a new one, so the loss is near that at the end of pre-training.
    let last = json(lines.lines().last().unwrap());
    assert!(
        (step["mlm"].as_f64().unwrap() * 10.0 - last["loss"].as_f64().unwrap()).abs() < 0.5,
        "{step} {last}"
    );

    // A smaller model of it, stored as I8, continues the pre-training.
    let small = path("small");
    let cut =
        ["shrink", "--model", &model, "--words", "40", "--data", &text, "--positions", "32", "--dtype", "i8"];
    let made = json(&run(&[&cut[..], &["--output", &small]].concat()));
    assert_eq!((made["layers"].as_u64(), made["positions"].as_u64()), (Some(1), Some(32)));
    assert!(made["words"].as_u64().unwrap() < pieces, "{made}");
    let further = ["pretrain", "--model", &small, "--data", &text, "--batch-size", "8", "--max-length", "16"];
    let step = json(&run(&[&further[..], &["--steps", "1", "--output", &path("further")]].concat()));
    assert!((step["mlm"].as_f64().unwrap() - last["loss"].as_f64().unwrap()).abs() < 1.5, "{step} {last}");
}

#[test]
fn training_on_a_text_with_unknown_words_prints_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let train = |text: &str| {
        let data = folder.path().join("text.txt");
        fs::write(&data, text).unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_simcse-lab"));
        process.args([
            "train",
            "--objective",
            "unsup",
            "--pooler",
            "avg",
            "--overwrite",
            "--steps",
            "1",
            "--batch-size",
            "2",
        ]);
        process.args(["--max-length", "8", "--device", "cpu", "--model"]).arg(model(folder.path()));
        let output =
            process.arg("--data").arg(data).arg("--output").arg(folder.path().join("out")).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(train("a b\nc d\n"), "");
    let warned = train("a b\n猫 c\n");
    assert!(warned.starts_with("warning: 25 % of the training text's word pieces are unknown"), "{warned}");
}

/// Files of one-letter words: sentences, triplets, scored pairs.
fn texts(root: &Path) -> [String; 3] {
    let word = |i: usize| char::from(b'a' + (i % 26) as u8);
    let sentence = |i: usize| format!("{} {} {} {}", word(i), word(3 * i + 1), word(5 * i + 2), word(7 * i));
    let sentences: String = (0..24).map(|i| format!("{}\n", sentence(i))).collect();
    let triplet = |i: usize| format!("{},{},{}\n", sentence(i), sentence(i + 30), sentence(i + 60));
    let triplets = format!("sent0,sent1,hard_neg\n{}", (0..24).map(triplet).collect::<String>());
    [("sentences.txt", sentences), ("triplets.csv", triplets), ("sts-dev.tsv", pairs("\t"))].map(
        |(name, text)| {
            fs::write(root.join(name), text).unwrap();
            root.join(name).to_str().unwrap().to_owned()
        },
    )
}

#[test]
fn reproduce_trains_both_ways_and_writes_the_papers_table_and_figure() {
    let root = tempfile::tempdir().unwrap();
    let model = model(root.path());
    let [sentences, triplets, dev] = texts(root.path());
    let task = root.path().join("STS12-en-test");
    fs::create_dir(&task).unwrap();
    let (input, gold): (Vec<_>, Vec<_>) = pairs("\t")
        .lines()
        .map(|line| {
            let (sentences, score) = line.rsplit_once('\t').unwrap();
            (format!("{sentences}\n"), format!("{score}\n"))
        })
        .unzip();
    fs::write(task.join("STS.input.letters.txt"), input.concat()).unwrap();
    fs::write(task.join("STS.gs.letters.txt"), gold.concat()).unwrap();
    let output = root.path().join("out");
    let (task, out) = (task.to_str().unwrap(), output.to_str().unwrap());
    let shared = ["--dev", &dev, "--sts", task, &dev, "--output", out];

    let arguments = [
        &shared[..],
        &["--sentences", &sentences, "--triplets", &triplets, "--steps", "4", "--eval-every", "2"],
        &["--batch-size", "8", "--micro-batch-size", "4", "--learning-rate", "0.01", "--seeds", "2"],
    ]
    .concat();
    let printed = run(0, "reproduce", &model, &arguments);
    let rows: Vec<Value> = printed.lines().take_while(|line| !line.is_empty()).map(json).collect();
    let names: Vec<&str> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "before, first-last average",
            "before, average",
            "before, [CLS]",
            "Unsupervised SimCSE, seed 42",
            "Unsupervised SimCSE, seed 43",
            "Supervised SimCSE, seed 42",
            "Supervised SimCSE, seed 43",
        ]
    );
    for row in &rows {
        assert_eq!(row["tasks"].as_array().unwrap().len(), 2);
        // The development pairs are one of the tasks here.
        assert_eq!(row["tasks"][1]["all"], row["dev"]["spearman"]);
    }

    let table = fs::read_to_string(output.join("results.md")).unwrap();
    assert!(printed.ends_with(&table), "{printed}");
    let cells =
        |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let lines: Vec<Vec<String>> = table.lines().map(cells).collect();
    assert_eq!(lines[0][..3], ["", "from", "STS12"]);
    for (line, row) in lines[2..].iter().zip(&rows) {
        let all = row["tasks"][0]["all"].as_f64().unwrap();
        assert_eq!(line[..3], [row["name"].as_str().unwrap(), "measured", &format!("{all:.2}")]);
    }
    assert!(lines.iter().any(|line| line[..3] == ["Unsup. SimCSE, BERT-base", "paper", "68.40"]), "{table}");

    let results = json(&fs::read_to_string(output.join("results.json")).unwrap());
    assert_eq!(results["recipes"][1][1]["epochs"], 3, "three epochs, if it were not for --steps");
    let steps = |trail: &Value| -> Vec<u64> {
        trail["points"].as_array().unwrap().iter().map(|point| point[0].as_u64().unwrap()).collect()
    };
    assert!(results["trails"].as_array().unwrap().iter().all(|trail| steps(trail) == [0, 2, 4]));
    let figure = fs::read_to_string(output.join("figure-2.svg")).unwrap();
    for words in ["Supervised SimCSE, seed 43", "uniformity on sts-dev.tsv", "alignment"] {
        assert!(figure.contains(words), "{words}");
    }

    // The exported models give the scores in the table, with the pooler that they state.
    for (folder, row) in [("unsupervised-simcse-seed-42", &rows[3]), ("supervised-simcse-seed-43", &rows[6])]
    {
        let again = json(&run(0, "eval", &output.join(folder), &["--sts", &dev]));
        assert_eq!(again["spearman"], row["dev"]["spearman"], "{folder}");
    }

    let message = run(1, "reproduce", &model, &shared);
    assert!(message.contains("--sentences") && message.contains("--triplets"), "{message}");
}

#[test]
fn ablate_prints_tables_and_records_every_score() {
    let root = tempfile::tempdir().unwrap();
    let model = model(root.path());
    let [sentences, triplets, dev] = texts(root.path());
    let record = root.path().join("record.json");
    let arguments = ["--data", &sentences, "--triplets", &triplets, "--eval", &dev, "--steps", "2"];
    let more = [
        "--max-length",
        "16",
        "--learning-rate",
        "0.05",
        "--batch-size",
        "4",
        "--seeds",
        "2",
        "--record",
        record.to_str().unwrap(),
    ];
    let only = ["--only", "dropout:0.1,fixed-mask,dropout-alone,pairs-alone,alpha:1"];
    let printed = run(0, "ablate", &model, &[&arguments[..], &more, &only].concat());
    let runs: Vec<Value> = printed.lines().take_while(|line| !line.is_empty()).map(json).collect();
    assert_eq!(runs.len(), 10);
    // The same recipe under two names.
    assert_eq!((&runs[0]["row"], &runs[4]["row"]), (&json("\"dropout:0.1\""), &json("\"dropout-alone\"")));
    assert_eq!(runs[0]["spearman"], runs[4]["spearman"]);
    assert_ne!(runs[6]["spearman"], runs[8]["spearman"], "hard negatives change something");
    assert!(printed.contains("| dropout:0.1 | 82.5 | "), "{printed}");

    let record = json(&fs::read_to_string(&record).unwrap());
    assert_eq!(record["scores"]["dropout"]["fixed-mask"][1], runs[3]["spearman"]);
    assert_eq!((&record["model"], &record["pairs"]), (&json("\"model\""), &json("\"sts-dev.tsv\"")));

    let message = run(1, "ablate", &model, &[&arguments[..], &more, &["--only", "crop:0.4"]].concat());
    assert!(message.contains("\"crop:0.4\"") && message.contains("crop:0.3"), "{message}");
}

#[test]
fn weights_can_be_float16_on_a_gpu_only() {
    let root = tempfile::tempdir().unwrap();
    let model = model(root.path());
    let [_, _, dev] = texts(root.path());
    let eval = |more: &[&str]| run(0, "eval", &model, &[&["--sts", &dev, "--device", "gpu"], more].concat());
    let (floats, halves) = (json(&eval(&[])), json(&eval(&["--weights", "f16"])));
    let uniformity = |scores: &Value| scores["uniformity"].as_f64().unwrap();
    let difference = (uniformity(&floats) - uniformity(&halves)).abs();
    // Rounding a weight by 2⁻¹¹ is visible in the result, but adds up to a few times that only.
    assert!(difference > 0.0 && difference < 5e-3, "{difference:e}");
    let message = run(1, "eval", &model, &["--sts", &dev, "--device", "cpu", "--weights", "f16"]);
    assert!(message.contains("for a GPU"), "{message}");
}

#[test]
fn the_landmark_of_the_starter_is_what_eval_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("www");
    let pairs = root.join("data").join(LANDMARK_PAIRS);
    let printed = run(0, "eval", &root.join("models/starter"), &["--sts", pairs.to_str().unwrap()]);
    let measured = serde_json::from_str(&printed).unwrap();
    let starter = LANDMARKS.iter().find(|landmark| landmark.kind == LandmarkKind::Starter).unwrap();
    assert!(starter.is(&measured), "{starter:?}: {measured:?}");
}

/// Standard output and standard error of a training run that ends with `status`.
fn trained(status: i32, model: &Path, texts: &[String; 3], output: &Path, more: &[&str]) -> (String, String) {
    let [sentences, _, dev] = texts;
    let mut process = Command::new(env!("CARGO_BIN_EXE_simcse-lab"));
    process.args([
        "train",
        "--objective",
        "unsup",
        "--max-length",
        "16",
        "--batch-size",
        "4",
        "--data",
        sentences,
    ]);
    process.args(["--eval", dev, "--device", "cpu", "--model"]).arg(model).arg("--output").arg(output);
    let done = process.args(more).output().unwrap();
    let [out, error] = [done.stdout, done.stderr].map(|text| String::from_utf8(text).unwrap());
    assert_eq!(done.status.code(), Some(status), "{error}");
    (out, error)
}

#[test]
fn training_uses_the_models_own_pooler_and_prints_it() {
    let root = tempfile::tempdir().unwrap();
    let (model, texts) = (model(root.path()), texts(root.path()));
    let output = root.path().join("out");
    let (_, error) = trained(0, &model, &texts, &output, &["--steps", "2"]);
    assert!(error.contains("note: the pooler is avg, the model's own"), "{error}");
    let settings = json(&fs::read_to_string(output.join("simcse.json")).unwrap());
    assert_eq!(settings["pooler"], "avg");

    // A plain encoder states no pooler, so it is trained as SimCSE trains it.
    for name in ["simcse.json", "modules.json"] {
        fs::remove_file(model.join(name)).unwrap();
    }
    let (_, error) = trained(0, &model, &texts, &root.path().join("plain"), &["--steps", "2"]);
    assert!(!error.contains("the model's own"), "{error}");
    let settings = json(&fs::read_to_string(root.path().join("plain/simcse.json")).unwrap());
    assert_eq!(
        (&settings["pooler"], &settings["recipe"]["head"]),
        (&json("\"cls_before_pooler\""), &json("\"train-only\""))
    );

    // Pooling that cannot be trained is refused before any work.
    fs::write(
        model.join("modules.json"),
        r#"[{"path": "", "type": "sentence_transformers.models.Transformer"},
            {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]"#,
    )
    .unwrap();
    fs::create_dir_all(model.join("1_Pooling")).unwrap();
    fs::write(model.join("1_Pooling/config.json"), r#"{"pooling_mode": ["max", "lasttoken"]}"#).unwrap();
    let (_, error) = trained(2, &model, &texts, &root.path().join("own"), &["--steps", "2"]);
    assert!(error.contains("pooler is own; expected one of cls, "), "{error}");
    let vectors = root.path().join("v.npy");
    run(0, "embed", &model, &["--input", &texts[0], "--output", vectors.to_str().unwrap()]);
    let bytes = fs::read(vectors).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("24, 16"), "two modes of eight numbers");
}

#[test]
fn a_run_that_diverges_saves_its_weights_and_prints_where() {
    let root = tempfile::tempdir().unwrap();
    let (model, texts) = (model(root.path()), texts(root.path()));
    let output = root.path().join("out");
    let far = ["--steps", "6", "--eval-every", "1", "--learning-rate", "1e38", "--clip", "0"];
    let (out, error) = trained(1, &model, &texts, &output, &far);
    assert!(error.contains("no longer a number at step") && error.contains("are in"), "{error}");
    // The weights after step 1 are finite, but too large for finite vectors, so the evaluation is undefined.
    assert!(!out.contains("NaN"), "{out}");
    assert!(out.contains(r#"{"step":1,"spearman":null,"#), "{out}");
    for name in ["model.safetensors", "training-state.safetensors"] {
        assert!(output.join(name).exists(), "{name}");
    }
    // The saved model can be loaded.
    run(0, "eval", &output, &["--sts", &texts[2]]);
}

#[test]
fn existing_files_are_not_overwritten_without_being_asked_to() {
    let root = tempfile::tempdir().unwrap();
    let (model, texts) = (model(root.path()), texts(root.path()));
    let before = fs::read(model.join("model.safetensors")).unwrap();
    let short = ["--steps", "2"];
    let (_, error) = trained(1, &model, &texts, &model, &short);
    assert!(error.contains("the model's own folder"), "{error}");
    let (_, error) = trained(1, &model, &texts, &model, &["--steps", "2", "--overwrite"]);
    assert!(error.contains("the model's own folder"), "{error}");
    assert_eq!(fs::read(model.join("model.safetensors")).unwrap(), before);

    let output = root.path().join("out");
    trained(0, &model, &texts, &output, &short);
    let made = fs::read(output.join("model.safetensors")).unwrap();
    let (_, error) = trained(1, &model, &texts, &output, &["--steps", "3"]);
    assert!(error.contains("has model.safetensors already") && error.contains("--overwrite"), "{error}");
    assert_eq!(fs::read(output.join("model.safetensors")).unwrap(), made);
    trained(0, &model, &texts, &output, &["--steps", "3", "--overwrite"]);
    assert_ne!(fs::read(output.join("model.safetensors")).unwrap(), made);

    let message = run(1, "embed", &model, &["--input", &texts[0], "--output", &texts[0]]);
    assert!(message.contains("the file that is read"), "{message}");
    assert!(fs::metadata(&texts[0]).unwrap().len() > 100);
    // Noticed before the work, not after it.
    let nowhere = root.path().join("no/such/folder/v.npy");
    run(1, "embed", &model, &["--input", &texts[0], "--output", nowhere.to_str().unwrap()]);
    let file = root.path().join("file");
    fs::write(&file, "x").unwrap();
    let (out, _) = trained(1, &model, &texts, &file.join("out"), &short);
    assert!(out.is_empty(), "{out}");
}

#[test]
fn a_closed_metrics_pipe_ends_a_run_with_its_state_saved() {
    let root = tempfile::tempdir().unwrap();
    let (model, texts) = (model(root.path()), texts(root.path()));
    let output = root.path().join("out");
    let mut process = Command::new(env!("CARGO_BIN_EXE_simcse-lab"));
    process.args([
        "train",
        "--objective",
        "unsup",
        "--max-length",
        "16",
        "--batch-size",
        "2",
        "--data",
        &texts[0],
    ]);
    process.args(["--steps", "4000", "--epochs", "1000", "--device", "cpu", "--model"]).arg(&model);
    process
        .arg("--output")
        .arg(&output)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut running = process.spawn().unwrap();
    drop(running.stdout.take());
    let done = running.wait_with_output().unwrap();
    let error = String::from_utf8(done.stderr).unwrap();
    assert_ne!(done.status.code(), Some(0), "{error}");
    assert!(error.contains("note: the state of step"), "{error}");
    assert!(output.join("training-state.safetensors").exists());
}

#[test]
fn lfs_pointers_web_pages_and_hub_ids_in_place_of_files_are_recognised() {
    let root = tempfile::tempdir().unwrap();
    let model = model(root.path());
    let [_, _, dev] = texts(root.path());
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 90868376\n";
    for (name, content, words) in [
        ("model.safetensors", pointer, "git lfs pull"),
        ("config.json", "<!DOCTYPE html><html></html>", "web page"),
    ] {
        let kept = fs::read(model.join(name)).unwrap();
        fs::write(model.join(name), content).unwrap();
        let message = run(1, "eval", &model, &["--sts", &dev]);
        assert!(message.contains(name) && message.contains(words), "{message}");
        fs::write(model.join(name), kept).unwrap();
    }
    fs::write(root.path().join("p.tsv"), pointer).unwrap();
    let message = run(1, "eval", &model, &["--sts", root.path().join("p.tsv").to_str().unwrap()]);
    assert!(message.contains("git lfs pull"), "{message}");
    let message = run(1, "eval", Path::new("sentence-transformers/all-MiniLM-L6-v2"), &["--sts", &dev]);
    assert!(message.contains("hf download sentence-transformers/all-MiniLM-L6-v2"), "{message}");
}

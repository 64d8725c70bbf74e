//! Texts, tables, files of runs, links, and names.

use simcse_lab::{
    kernels::LossForm,
    model::Pooler,
    runs::{EvaluationPoint, Outcome, Point, RunRecord, RunSetting, write},
    share::{Address, Lesson, Part, Place, Settings, Trail},
    train::{HeadMode, Objective, TrainOptions},
};

use super::{each, file};
use crate::case::Files;

pub fn training_texts() -> Vec<Files> {
    each(&[
        ("a.txt", "A cat sleeps.\nTwo dogs run, and one barks.\n\nMüsli schmeckt.\n一只猫在睡觉。\n"),
        (
            "a.csv",
            "sent0,sent1,hard_neg\nA cat.,A kitten.,A dog.\n\"One, two.\",\"Say \"\"x\"\".\",\"No\nmore.\"\n",
        ),
        ("b.csv", "A cat.,A kitten.\nA dog.,A puppy.\n"),
        ("c.tsv", "anchor\tpositive\nA cat.\tA kitten.\nA \"dog.\tA puppy.\n"),
        ("d.csv", "premise,entailment,contradiction\r\nA,B,C\r\nD,E,F\r\n"),
        ("e.csv", "sentence\nOne.\nTwo.\n"),
        ("f.csv", "A cat\tA kitten\nA dog\tA puppy\n"),
    ])
}

pub fn graded_pairs() -> Vec<Files> {
    let stsb = "main-news\tMSRpar\t2012\t0001\t5.000\tA plane takes off.\tAn air plane takes off.\n\
                main-news\tMSRpar\t2012\t0002\t1.25\tA man \"plays.\tA man eats.\tx\ty\n";
    let sick = "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\n1\tA cat.\tA dog.\t3.3\tNEUTRAL\n\
                2\tTwo cats.\tTwo dogs.\t4.5\tNEUTRAL\n";
    let mut seeds = each(&[
        ("sts-dev.csv", stsb),
        ("SICK.txt", sick),
        ("three.tsv", "A cat.\tA kitten.\t4.5\nA dog.\tA car.\t0\n"),
        ("first.tsv", "4.5\tA cat.\tA kitten.\n0\tA dog.\tA car.\n"),
        ("bars.txt", "1||A cat.||A kitten.||4\n2||A dog.||A car.||1.5\n"),
        ("named.csv", "score,sentence1,sentence2\n3,\"A, b.\",\"C \"\"d\"\".\"\n1,E,F\n"),
    ]);
    seeds.push(vec![
        file("STS/STS12-en-test/STS.input.MSRpar.txt", "A cat.\tA kitten.\nA dog.\tA car.\n"),
        file("STS/STS12-en-test/STS.gs.MSRpar.txt", "4.5\n\n"),
        file("STS/STS12-en-test/STS.input.OnWN.txt", "a\tb\nc\td\te\n"),
        file("STS/STS12-en-test/STS.gs.OnWN.txt", "1\n2\n"),
        file("STS/pairs.tsv", "a\tb\t1\nc\td\t2\n"),
        file("STS/LICENSE.txt", "You may"),
    ]);
    seeds
}

pub fn transfer_tasks() -> Vec<Files> {
    let mrpc =
        "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n1\t7\t8\ta \"b c\td\r\n0\t9\t10\te f g\th i\r\n";
    vec![
        vec![
            file("CR/custrev.pos", "good film .\n\nfine\n"),
            file("CR/custrev.neg", b"caf\xe9 bad\nbad\n".as_slice()),
        ],
        vec![
            file("rt-polarity.pos", "good\n"),
            file("rt-polarity.neg", "bad\n"),
            file("mpqa.pos", "a\n"),
            file("mpqa.neg", "b\n"),
        ],
        vec![
            file("SST/sentiment-train", "a b\t1\n\nc\t0\r\n"),
            file("SST/sentiment-dev", "d\t1\n"),
            file("SST/sentiment-test", "e \"f\t0"),
        ],
        vec![
            file("TREC/train_5500.label", b"NUM:dist How far : \xb5m ?\nLOC:city Where ?\n".as_slice()),
            file("TREC/TREC_10.label", "ABBR:exp US ?\n"),
        ],
        vec![file("msr_paraphrase_train.txt", mrpc), file("msr_paraphrase_test.txt", mrpc)],
        vec![file("subj.objective", "It is .\n"), file("subj.subjective", "I like it .\n")],
    ]
}

pub fn dictionaries() -> Vec<Files> {
    each(&[("synonyms.tsv", "car\tauto\tautomobile\r\n\nbig\tlarge\nstraße\tweg\n"), ("one.tsv", "a\tb\n")])
}

/// Recipes with values that are not the defaults.
fn recipes() -> [TrainOptions; 3] {
    let supervised = TrainOptions {
        objective: Objective::Sup,
        learning_rate: 3e-4,
        steps: Some(40),
        pooler: Pooler::AvgFirstLast,
        head: HeadMode::None,
        loss: LossForm::NtXent,
        matryoshka: vec![128, 64],
        seed: u32::MAX,
        ..TrainOptions::default()
    };
    let augmented =
        TrainOptions { augmentation: "crop:0.2".parse().ok(), mlm_weight: 0.1, ..TrainOptions::default() };
    [TrainOptions::default(), supervised, augmented]
}

pub fn runs() -> Vec<Files> {
    let mut records = Vec::new();
    for (options, started) in recipes().into_iter().zip(1_764_000_000_000..) {
        let [model, text, pairs] = ["tiny", "texts.txt", "pairs.tsv"].map(str::to_owned);
        let setting = RunSetting { model, text, pairs: Some(pairs), from_trained: false, options };
        let mut record = RunRecord::new(started, setting, 3);
        for step in 1..=3 {
            record.step(Point {
                step,
                loss: 0.1 * step as f32,
                learning_rate: 3e-5,
                gradient_norm: f32::NAN,
            });
        }
        record.evaluated(EvaluationPoint {
            step: 3,
            spearman: Some(61.25),
            alignment: None,
            uniformity: Some(-2.5),
        });
        record.outcome = Outcome::Completed;
        record.name = Some("mine".to_owned());
        records.push(record);
    }
    let all: Vec<&RunRecord> = records.iter().collect();
    [&all[..1], &all].map(|runs| vec![file("runs.json", write(runs).expect("plain data"))]).to_vec()
}

pub fn links() -> Vec<Files> {
    let mut links = vec![
        "#/lessons/dropout?text=A+cat+sleeps.&masks=fixed&p=0.2".to_owned(),
        "#/studio?batch_size=32&seed=7&lock=recipe&hide=evaluation,model".to_owned(),
        Address::at(Place::Lesson(Lesson::HardNegatives)).to_string(),
    ];
    for options in recipes() {
        let settings = Settings {
            options: Some(options),
            sentences: Some("One & two\nThree = 3? 100 % 猫".to_owned()),
            trail: Trail::read("0.6685.166.-1220_20.x.180.-2105"),
            hidden: [Part::Model, Part::Playground].into(),
            locked: [Part::Recipe].into(),
        };
        links.push(Address { place: Place::Playground, values: settings.values(), lost: false }.to_string());
    }
    links.into_iter().map(|link| vec![file("page.link", link)]).collect()
}

/// Names of a folder and of the files in it, one per line.
pub fn names() -> Vec<Files> {
    each(&[
        ("names.txt", "my model\nconfig.json\n1_Pooling/config.json\nmodel.safetensors"),
        ("names.txt", "模型 é\nconfig.json"),
    ])
}

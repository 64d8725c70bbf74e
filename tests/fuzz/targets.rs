//! The readers of users' files, and the properties that everything they accept must have.

use std::{fmt::Display, io::Cursor};

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use simcse_lab::{
    files::{
        hub::{FilePlan, HUGGING_FACE, HubModel},
        zip,
    },
    model::{
        Pooler,
        checkpoint::{ModelDirectory, SimcseSettings, export_directory, load_directory},
    },
    runs::{self, Chart},
    share::{Address, Settings},
    text::{
        Corpus, SentenceTokenizer, StsTasks, TransferTask,
        augment::{Augmentation, Dictionary},
    },
    train::TrainingState,
};

use crate::{
    campaign::{Answer, Target},
    case::Files,
    seeds,
};

/// A plain sentence; and one with several scripts, a long word and control characters.
const SENTENCES: [&str; 2] = [
    "The cat sat.",
    "the\u{0}\u{1b} \u{202e}İß e\u{301}👩‍👩‍👧 中文 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…<s>[MASK] 0x1F",
];

/// Panics with an error that must not occur.
fn sure<T, E: Display>(result: Result<T, E>, what: &str) -> T {
    result.unwrap_or_else(|error| panic!("{what}: {error}"))
}

/// Checks the result of a successful read with `sense`. An error must have a message.
fn answer<T, E: Display>(read: Result<T, E>, sense: impl FnOnce(T)) -> Answer {
    match read {
        Ok(value) => {
            sense(value);
            Answer::Accepted
        }
        Err(error) => {
            assert!(!error.to_string().trim().is_empty(), "an error without words");
            Answer::Refused
        }
    }
}

fn read_model(files: &Files) -> Answer {
    let read = load_directory(files).map_err(|error| error.to_string()).and_then(|mut model| {
        let tokenizer = SentenceTokenizer::of_model(&mut model).map_err(|error| error.to_string())?;
        Ok((model, tokenizer))
    });
    answer(read, |(model, tokenizer)| {
        check_weights(&model);
        let config = &model.checkpoint.config;
        check_tokenizer(&tokenizer, Some(config.vocab_size));
        let positions = config.max_tokens();
        let length = model.max_length.map_or(positions, |length| length.min(positions));
        for row in sure(tokenizer.encode(&SENTENCES, length), "a sentence that cannot be encoded") {
            assert!((2..=length).contains(&row.len()), "{} tokens of at most {length}", row.len());
        }
        if let Some(modules) = &model.checkpoint.rules.modules {
            let vector = modules.vector(&vec![0.5; 3 * config.hidden_size], config.hidden_size);
            assert_eq!(vector.len(), modules.width(config.hidden_size));
            assert!(!vector.is_empty(), "an empty vector");
        }
        check_export(&model);
    })
}

fn check_weights(model: &ModelDirectory) {
    assert!(model.checkpoint.config.hidden_dropout_prob < 1.0, "a dropout probability of 1");
    assert!(model.checkpoint.config.layer_norm_eps as f32 > 0.0, "an ε that is 0 in a shader");
    assert!(model.checkpoint.config.initializer_range > 0.0, "heads that are all zero");
    for (name, tensor) in &model.checkpoint.tensors {
        assert_eq!(tensor.shape.iter().product::<usize>(), tensor.data.len(), "{name}");
        assert!(tensor.data.iter().all(|value| value.is_finite()), "{name} is not finite");
    }
}

/// An export reads back with the tensors that were loaded.
fn check_export(model: &ModelDirectory) {
    let checkpoint = &model.checkpoint;
    if model.pooler == Pooler::Own || model.pooler == Pooler::Cls && !checkpoint.has_head() {
        return;
    }
    let settings = SimcseSettings { pooler: model.pooler, max_length: None, recipe: serde_json::Value::Null };
    let exported = export_directory(checkpoint, &checkpoint.tensors, &model.tokenizer_files, &settings);
    let again = sure(load_directory(&sure(exported, "an export")), "an export that is not read");
    assert_eq!(again.pooler, model.pooler);
    for (name, tensor) in &again.checkpoint.tensors {
        assert_eq!(Some(tensor), checkpoint.tensors.get(name), "{name} is another one in the export");
    }
}

fn check_tokenizer(tokenizer: &SentenceTokenizer, words: Option<usize>) {
    for max_length in [3, 512] {
        // A tokenizer may have no tokens for a text, which is an error.
        let Ok(rows) = tokenizer.encode(&SENTENCES, max_length) else { return };
        for row in &rows {
            assert!((2..=max_length).contains(&row.len()), "{} tokens of at most {max_length}", row.len());
            if let Some(words) = words {
                assert!(row.iter().all(|id| (*id as usize) < words), "an id beyond the word table");
            }
        }
        assert!(tokenizer.unknown_share(&rows).is_finite());
    }
    tokenizer.knows(SENTENCES[1]);
    let _ = tokenizer.vocabulary();
    tokenizer.config();
}

pub fn model_folder() -> Target {
    Target { seeds: seeds::model_folders(), read: read_model }
}

pub fn weights() -> Target {
    Target {
        seeds: seeds::weights(),
        read: |files| {
            let mut all = seeds::head_folder();
            all.extend(files.iter().cloned());
            read_model(&all)
        },
    }
}

pub fn tokenizer() -> Target {
    Target {
        seeds: seeds::tokenizers(),
        read: |files| {
            answer(SentenceTokenizer::from_files(files), |tokenizer| check_tokenizer(&tokenizer, None))
        },
    }
}

pub fn training_text() -> Target {
    Target {
        seeds: seeds::training_texts(),
        read: |files| {
            let (name, bytes) = &files[0];
            answer(Corpus::parse(name, bytes), |corpus| {
                assert_eq!(corpus.report.items, corpus.data.len());
                assert!(!corpus.data.is_empty(), "no item");
                let blank = corpus.data.sentences().iter().any(|sentence| sentence.trim().is_empty());
                assert!(!blank, "a blank sentence");
            })
        },
    }
}

pub fn graded_pairs() -> Target {
    Target {
        seeds: seeds::graded_pairs(),
        read: |files| {
            answer(StsTasks::gather(files), |found| {
                assert!(!found.tasks.is_empty(), "no task");
                for pair in found.tasks.iter().flat_map(|task| &task.subsets).flat_map(|subset| &subset.pairs)
                {
                    assert!(pair.score.is_finite(), "a score of {}", pair.score);
                    let blank =
                        [&pair.first, &pair.second].into_iter().any(|sentence| sentence.trim().is_empty());
                    assert!(!blank, "a blank sentence");
                }
            })
        },
    }
}

pub fn transfer_tasks() -> Target {
    Target {
        seeds: seeds::transfer_tasks(),
        read: |files| {
            answer(TransferTask::gather(files), |tasks| {
                for task in tasks {
                    for set in &task.sets {
                        let items = set.labels.len();
                        assert!(items > 0, "an empty set");
                        assert_eq!(set.sentences.len(), items * task.kind.sentences_per_item());
                        assert!(
                            set.labels.iter().all(|label| *label < task.kind.classes()),
                            "an unknown class"
                        );
                    }
                }
            })
        },
    }
}

pub fn dictionary() -> Target {
    Target {
        seeds: seeds::dictionaries(),
        read: |files| {
            let (name, bytes) = &files[0];
            answer(Dictionary::parse(name, bytes), |dictionary| {
                let mut random = ChaCha8Rng::seed_from_u64(1);
                let all = Augmentation::Synonym { share: 1.0 };
                for sentence in SENTENCES {
                    let changed = all.apply_to_text(sentence, Some(&dictionary), &mut random);
                    assert_eq!(
                        changed.trim().is_empty(),
                        sentence.trim().is_empty(),
                        "{sentence:?} to {changed:?}"
                    );
                }
            })
        },
    }
}

pub fn run_file() -> Target {
    Target {
        seeds: seeds::runs(),
        read: |files| {
            let (name, bytes) = &files[0];
            let text = String::from_utf8_lossy(bytes);
            answer(runs::read(name, &text), |read| {
                let all: Vec<_> = read.iter().collect();
                let settings: Vec<_> = read.iter().map(|run| &run.setting).collect();
                assert_eq!(runs::differences(&settings).len(), read.len());
                let named: Vec<_> =
                    read.iter().map(|run| (run.name.clone().unwrap_or_default(), run)).collect();
                for chart in [Chart::Loss, Chart::Evaluations] {
                    runs::csv(&named, chart);
                }
                for run in &read {
                    let _ = (run.done(), run.best());
                }
                // Compared as text, since NaN does not equal itself.
                let once = sure(runs::write(&all), "runs that cannot be written");
                let again = sure(runs::read(name, &once), "runs that are not read again");
                assert_eq!(once, sure(runs::write(&again.iter().collect::<Vec<_>>()), "runs"));
            })
        },
    }
}

pub fn share_link() -> Target {
    Target {
        seeds: seeds::links(),
        read: |files| {
            // A browser provides text, not bytes.
            let link = String::from_utf8_lossy(&files[0].1);
            let address = Address::parse(&link);
            let again = Address::parse(&address.to_string());
            assert_eq!(again, Address { lost: false, ..address.clone() });
            let (settings, problems) = Settings::read(&address);
            let written = Address { values: settings.values(), ..address.clone() };
            let (same, none) = Settings::read(&Address::parse(&written.to_string()));
            assert_eq!((same, none.is_empty()), (settings, true), "{none:?}");
            if address.lost || !problems.is_empty() { Answer::Refused } else { Answer::Accepted }
        },
    }
}

pub fn training_state() -> Target {
    Target {
        seeds: seeds::states(),
        read: |files| {
            answer(TrainingState::from_safetensors(&files[0].1), |state| {
                sure(state.options.validate(), "a recipe that cannot be");
                let shapes = |tensors: &std::collections::BTreeMap<String, simcse_lab::model::HostTensor>| {
                    let shape = |(name, tensor): (&String, &simcse_lab::model::HostTensor)| {
                        assert_eq!(tensor.shape.iter().product::<usize>(), tensor.data.len());
                        assert!(tensor.data.iter().all(|value| value.is_finite()), "{name} is not finite");
                        (name.clone(), tensor.shape.clone())
                    };
                    tensors.iter().map(shape).collect::<Vec<_>>()
                };
                let best = state.best.as_ref().map(|best| &best.weights);
                for others in [Some(&state.first_moments), Some(&state.second_moments)]
                    .into_iter()
                    .flatten()
                    .filter(|_| state.can_go_on())
                    .chain(best)
                {
                    assert_eq!(shapes(others), shapes(&state.weights));
                }
                let written = sure(state.to_safetensors(), "a state that cannot be written");
                let again = sure(TrainingState::from_safetensors(&written), "a state that is not read again");
                assert_eq!(again, state);
            })
        },
    }
}

pub fn archive() -> Target {
    Target {
        seeds: seeds::names(),
        read: |files| {
            // Longer names do not occur in an archive, and reading it back here would count as memory too.
            let text = String::from_utf8_lossy(&files[0].1[..files[0].1.len().min(1 << 15)]);
            let mut names = text.split('\n');
            let folder = names.next().unwrap_or_default();
            let listed: Files = names.map(|name| (name.to_owned(), b"content".to_vec())).collect();
            answer(zip(folder, &listed), |bytes| {
                let mut archive =
                    sure(::zip::ZipArchive::new(Cursor::new(bytes)), "an archive that is not read");
                assert_eq!(archive.len(), listed.len());
                for index in 0..archive.len() {
                    let entry = sure(archive.by_index(index), "an entry");
                    let name = sure(entry.name(), "a name");
                    let hostile = |c: char| c.is_control() || "\\:".contains(c);
                    let outside = entry.enclosed_name().is_none() || name.contains(hostile);
                    let parts = || name.split('/');
                    assert!(!outside && parts().all(|part| !["", ".", ".."].contains(&part)), "{name:?}");
                }
            })
        },
    }
}

pub fn hub_repository() -> Target {
    Target {
        seeds: seeds::repositories(),
        read: |files| {
            let typed = files.iter().find(|(path, _)| path == "id.txt").map(|(_, bytes)| bytes.as_slice());
            let typed = String::from_utf8_lossy(typed.unwrap_or_default());
            let Ok(model) = typed.parse::<HubModel>() else { return Answer::Refused };
            let mut plan = FilePlan::new(model.clone());
            let base = format!("{HUGGING_FACE}/{}/resolve/", model.id);
            loop {
                let wanted = match plan.next() {
                    Ok(Some(wanted)) => wanted,
                    Ok(None) => return Answer::Accepted,
                    Err(error) => return answer(Err::<(), _>(error), |()| {}),
                };
                let url = model.url(HUGGING_FACE, &wanted.file);
                let rest = url.strip_prefix(&base).unwrap_or_else(|| panic!("{url} leads elsewhere"));
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./%".contains(&byte);
                let fine =
                    rest.bytes().all(plain) && rest.split('/').all(|part| !["", ".", ".."].contains(&part));
                assert!(fine, "{url} is no plain address");
                let content =
                    files.iter().find(|(path, _)| *path == wanted.file).map(|(_, bytes)| bytes.clone());
                plan.answer(&wanted.file, content);
                let _ = plan.weight_bytes();
            }
        },
    }
}

//! What the page shows before all of the starter is here: by the words of its first picture alone, the picture's sentences
//! have the very vectors that the whole model gives them.
#![cfg(not(target_arch = "wasm32"))]

use std::{collections::HashMap, fs};

use simcse_lab::{
    device::{Device, DeviceChoice, DeviceOptions},
    model::{Checkpoint, Embedder, Head, Network, Pooler, checkpoint::load_directory},
    text::{Groups, SentenceTokenizer},
};

const STARTER: &str = "www/models/starter";
const LONGEST: usize = 128;

fn tokenizer(folder: &str) -> SentenceTokenizer {
    let json = fs::read(format!("{folder}/tokenizer.json")).unwrap();
    SentenceTokenizer::from_files(&[("tokenizer.json".to_owned(), json)]).unwrap()
}

fn vectors(checkpoint: &Checkpoint, rows: &[Vec<u32>]) -> Vec<f32> {
    pollster::block_on(async {
        let options = DeviceOptions { choice: DeviceChoice::Cpu, ..DeviceOptions::default() };
        let network = Network::new(&Device::open(options).await.unwrap(), checkpoint, Head::None).unwrap();
        Embedder::new(&network, Pooler::Avg, false).unwrap().embed(rows, |_| ()).await.unwrap()
    })
}

#[test]
fn the_picture_needs_no_other_words_and_its_vectors_are_those_of_the_whole_model() {
    let (whole, few) = (tokenizer(STARTER), tokenizer(&format!("{STARTER}/arrival")));
    let sentences = Groups::parse(&fs::read_to_string("www/data/groups-en.txt").unwrap()).texts();
    let [rows, own] = [&whole, &few].map(|of| of.encode(&sentences, LONGEST).unwrap());
    let pieces = |of: &SentenceTokenizer, rows: &[Vec<u32>]| -> Vec<Vec<Option<String>>> {
        rows.iter().map(|row| row.iter().map(|id| of.token(*id)).collect()).collect()
    };
    assert_eq!(pieces(&few, &own), pieces(&whole, &rows));

    let files = ["config.json", "model.safetensors", "tokenizer.json"];
    let files = files.map(|name| (name.to_owned(), fs::read(format!("{STARTER}/{name}")).unwrap()));
    let checkpoint = load_directory(&files).unwrap().checkpoint;
    let ids: HashMap<String, u32> =
        (0..whole.size() as u32).filter_map(|id| Some((whole.token(id)?, id))).collect();
    let kept: Vec<u32> = (0..few.size() as u32).map(|id| ids[&few.token(id).unwrap()]).collect();
    let all = vectors(&checkpoint, &rows);
    let small = vectors(&checkpoint.with_words(&kept, 0), &own);
    assert_eq!(all.len(), sentences.len() * 384);
    assert!(all == small, "the bits differ");
}

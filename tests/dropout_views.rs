//! Sentences encoded several times with dropout: compared with the reference under the same masks, with fixed masks,
//! and with p = 0.
#![cfg(not(target_arch = "wasm32"))]

mod engine;
mod reference;

use reference::{
    bert::{Bert, Element, Site},
    gradients,
    pooling::Pooler,
    tiny::{Sizes, random_rows, random_weights},
};
use simcse_lab::{
    eval::{cosine, normalised},
    model::{self, Embedder, Head, Network},
    train::{DropoutViews, TrainError},
};

const SIZES: Sizes = Sizes {
    vocabulary: 50,
    hidden: 36,
    layers: 2,
    heads: 3,
    intermediate: 60,
    positions: 14,
    types: 2,
    first_position: 0,
};
const SENTENCES: usize = 5;
const VIEWS: usize = 6;
const POOLERS: [(model::Pooler, Pooler); 3] = [
    (model::Pooler::Cls, Pooler::Head),
    (model::Pooler::ClsBeforePooler, Pooler::Cls),
    (model::Pooler::Avg, Pooler::Average),
];

const OWN: DropoutViews = DropoutViews { p: 0.1, fixed_mask: false, views: VIEWS, seed: 9 };

fn rows() -> Vec<Vec<u32>> {
    random_rows(SIZES.vocabulary, SENTENCES, 12, 2)
}

/// The same network on every device.
async fn networks() -> [Network; 2] {
    let checkpoint = engine::checkpoint(SIZES, &random_weights(SIZES, true, 1));
    engine::devices().await.map(|device| Network::new(&device, &checkpoint, Head::Stored).unwrap())
}

fn embedder(network: &Network, pooler: model::Pooler) -> Embedder {
    Embedder::new(network, pooler, pooler == model::Pooler::Cls).unwrap()
}

/// ‖actual − expected‖ / ‖expected‖
fn error(actual: &[f32], expected: &[f64]) -> f64 {
    let wide: Vec<f64> = actual.iter().copied().map(f64::from).collect();
    gradients::relative_difference(&wide, expected)
}

/// The vectors [sentences, hidden] of each view.
fn of_views(vectors: &[f32]) -> Vec<&[f32]> {
    assert_eq!(vectors.len(), VIEWS * SENTENCES * SIZES.hidden);
    vectors.chunks_exact(SENTENCES * SIZES.hidden).collect()
}

/// Mean cosine of a sentence's first view with its others.
fn agreement(vectors: &[f32]) -> f64 {
    let unit = normalised(vectors, SIZES.hidden);
    let views = of_views(&unit);
    let pairs = views[1..]
        .iter()
        .flat_map(|view| views[0].chunks_exact(SIZES.hidden).zip(view.chunks_exact(SIZES.hidden)));
    let cosines: Vec<f64> = pairs.map(|(first, other)| cosine(first, other)).collect();
    cosines.iter().sum::<f64>() / cosines.len() as f64
}

#[pollster::test]
async fn views_agree_with_the_reference_under_the_same_masks() {
    for network in networks().await {
        let reference =
            Bert::new(&random_weights(SIZES, true, 1), SIZES.config(), candle_core::DType::F64).unwrap();
        let all: Vec<Vec<u32>> = (0..VIEWS).flat_map(|_| rows()).collect();
        for (pooler, expected) in POOLERS {
            for fixed_mask in [false, true] {
                let views = DropoutViews { fixed_mask, ..OWN };
                let vectors = views.embed(&embedder(&network, pooler), &rows(), |_| ()).await.unwrap();
                let masks = engine::masks(SIZES, views.p, views.seed, 0);
                let dropout = move |element: Element| {
                    let row = if fixed_mask { element.row % SENTENCES } else { element.row };
                    masks(Element { row, ..element })
                };
                let expected = gradients::embed(&reference, expected, &all, Some(&dropout)).unwrap();
                let expected: Vec<f64> = expected.flatten_all().unwrap().to_vec1().unwrap();
                // 18 kernels with sums of 84 terms: 2u·√(84 · 18) ≈ 5e-6, as in tests/model_vs_candle/main.rs.
                let error = error(&vectors, &expected);
                assert!(error < 5e-6, "{pooler}, fixed mask {fixed_mask}: {error:e}");
            }
        }
    }
}

#[pollster::test]
async fn without_dropout_all_views_are_the_vectors_of_evaluation() {
    for network in networks().await {
        for (pooler, _) in POOLERS {
            let embedder = embedder(&network, pooler);
            let plain = embedder.embed(&rows(), |_| ()).await.unwrap();
            let views = DropoutViews { p: 0.0, ..OWN };
            let vectors = views.embed(&embedder, &rows(), |_| ()).await.unwrap();
            for (view, found) in of_views(&vectors).into_iter().enumerate() {
                assert!(found == plain, "{pooler}, view {view}: not bit for bit");
            }
        }
    }
}

#[pollster::test]
async fn views_have_the_same_bits_with_a_fixed_mask_and_differ_without() {
    for network in networks().await {
        for (pooler, _) in POOLERS {
            let embedder = embedder(&network, pooler);
            let plain = embedder.embed(&rows(), |_| ()).await.unwrap();
            let fixed = DropoutViews { fixed_mask: true, ..OWN };
            let fixed = fixed.embed(&embedder, &rows(), |_| ()).await.unwrap();
            let own = OWN.embed(&embedder, &rows(), |_| ()).await.unwrap();
            let (fixed, own) = (of_views(&fixed), of_views(&own));
            assert!(fixed.iter().all(|view| *view == fixed[0]), "{pooler}");
            assert!(fixed[0] == own[0], "{pooler}: the first view has the same masks");
            assert!(fixed[0] != plain, "{pooler}: something is dropped");
            for (first, second) in (0..VIEWS).flat_map(|first| (0..first).map(move |second| (first, second)))
            {
                let [a, b] = [first, second].map(|view| own[view].chunks_exact(SIZES.hidden));
                assert!(a.zip(b).all(|(a, b)| a != b), "{pooler}, views {first} and {second}");
            }
        }
    }
}

#[pollster::test]
async fn views_agree_less_the_more_is_dropped() {
    for network in networks().await {
        let embedder = embedder(&network, model::Pooler::Avg);
        let mut last = 1.0 + 1e-6;
        for p in [0.0, 0.02, 0.1, 0.3, 0.6] {
            let vectors = DropoutViews { p, ..OWN }.embed(&embedder, &rows(), |_| ()).await.unwrap();
            let agreement = agreement(&vectors);
            assert!(agreement < last, "p = {p}: {agreement} is not below {last}");
            last = agreement;
        }
        assert!(last < 0.9, "{last}");
    }
}

#[pollster::test]
async fn views_depend_on_the_seed_only() {
    for network in networks().await {
        let embedder = embedder(&network, model::Pooler::Avg);
        let first = OWN.embed(&embedder, &rows(), |_| ()).await.unwrap();
        assert!(first == OWN.embed(&embedder, &rows(), |_| ()).await.unwrap());
        let other = DropoutViews { seed: OWN.seed + 1, ..OWN };
        assert!(first != other.embed(&embedder, &rows(), |_| ()).await.unwrap());
        // With more views the first ones stay the same.
        let fewer = DropoutViews { views: 2, ..OWN }.embed(&embedder, &rows(), |_| ()).await.unwrap();
        assert!(first[..fewer.len()] == fewer);
    }
}

#[test]
fn the_mask_that_is_shown_is_the_one_that_the_engine_applies() {
    let config = engine::config(SIZES);
    for (fixed_mask, row) in [(false, 3 * SENTENCES), (true, 0)] {
        let views = DropoutViews { p: 0.3, fixed_mask, ..OWN };
        let masks = engine::masks(SIZES, views.p, views.seed, 0);
        let kept: Vec<bool> = (0..SIZES.hidden)
            .map(|index| masks(Element { site: Site::Embedding, layer: 0, row, position: 1, index }) > 0.0)
            .collect();
        assert_eq!(views.kept(&config, 3, SENTENCES), kept);
    }
    assert!(DropoutViews { p: 0.0, ..OWN }.kept(&config, 1, SENTENCES).into_iter().all(|kept| kept));
}

#[test]
fn impossible_dropout_and_too_many_views_or_sentences_are_refused() {
    assert!(OWN.validate(SENTENCES).is_ok());
    for (views, sentences, word) in [
        (DropoutViews { p: 1.0, ..OWN }, 2, "dropout"),
        (DropoutViews { p: f32::NAN, ..OWN }, 2, "dropout"),
        (DropoutViews { views: 0, ..OWN }, 2, "views"),
        (OWN, 0, "sentences"),
        (OWN, 17, "sentences"),
    ] {
        let refused = views.validate(sentences);
        assert!(
            matches!(&refused, Err(error @ TrainError::Option { .. }) if error.to_string().contains(word)),
            "{refused:?}"
        );
    }
}

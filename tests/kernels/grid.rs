//! Grids of more workgroups than one dimension may have.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::compare::{assert_close_beside, bound};
use crate::contrastive::Case;
use crate::reference::random::Random;

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_grid_beyond_65_535_workgroups_is_folded_and_reaches_its_last_element() {
    // 65 items times a stride of 40,000 are two times 40,000 groups of 64 threads; the last item's elements lie at
    // the beginning of the second half. Nearly all threads have nothing to do, so it is cheap.
    let (items, hidden) = (65, 4);
    let embeddings = Random::new(9).normals(2 * items * hidden);
    let case = Case { items, hidden, embeddings, temperature: 1.0, weight: 0.0, stride: 40_000 };
    let (actual, expected) = (case.run().await, case.reference());
    assert_close_beside("S", &actual.similarity, &expected.logits, 1.0, bound(hidden, 12.0));
    let last = items * (items - 1);
    assert_close_beside(
        "S of the last item",
        &actual.similarity[last..],
        &expected.logits[last..],
        1.0,
        bound(hidden, 12.0),
    );
}

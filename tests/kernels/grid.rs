//! Grids of more workgroups than one dimension may have.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::compare::{assert_close_beside, bound};
use crate::contrastive::Case;

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_grid_beyond_65_535_workgroups_is_folded_and_reaches_its_last_element() {
    // 65 items times a stride of 40,000 are two times 40,000 groups of 64 threads; the last item's elements lie at
    // the beginning of the second half. Nearly all threads have nothing to do, so it is cheap.
    let (items, hidden) = (65, 4);
    let case = Case { stride: 40_000, ..Case::random(items, 2, hidden, 1.0, 0.0) };
    let (actual, expected) = (case.run().await, case.reference());
    let all = actual.similarity.concat();
    assert_close_beside("S", &all, &expected.logits.concat(), 1.0, bound(hidden, 12.0));
    let last = items - 1;
    assert_close_beside(
        "S of the last item",
        &actual.similarity[last],
        &expected.logits[last],
        1.0,
        bound(hidden, 12.0),
    );
}

//! The sentences that the picture begins with, of our own. In English words of one group stand in others as well, so that
//! only the meaning tells them apart; in Chinese the groups are the same.

use crate::app::ui::state::examples::Example;

pub const OWN: Example = Example::of(
    &[include_str!("../../../../../www/data/groups-en.txt")],
    &[include_str!("../../../../../www/data/groups-zh.txt")],
);

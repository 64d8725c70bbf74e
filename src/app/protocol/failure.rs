//! What kind of thing went wrong, for programs; people read the message beside it.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// Texts, pairs or options that cannot be used as they are.
    Input,
    /// Files that are no model that this engine runs, or not a whole one.
    Model,
    /// Something that has to be there first is not: a model, a text, trained weights, a run.
    State,
    /// Something else is under way that has to end first.
    Busy,
    /// A server, the connection or the browser's storage.
    Network,
    /// Too large for this device or tab.
    Memory,
    /// The loss is no longer a number.
    Diverged,
    /// There is no device, or it did not open.
    NoWebgpu,
    /// It went away.
    DeviceLost,
    /// The browser or the engine itself refused what should work.
    Engine,
}

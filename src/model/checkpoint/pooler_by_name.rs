//! Finds the pooler of a SimCSE checkpoint by its name, since the files that princeton-nlp/SimCSE writes do not state
//! it.

use serde_json::{Map, Value};

use crate::model::Pooler;

/// The pooler of a checkpoint that princeton-nlp/SimCSE released or wrote. Unsupervised ones are evaluated without the
/// head (`cls_before_pooler`), although their files contain it, as `mlp.dense` or, converted, as `pooler.dense`;
/// supervised ones with it (`cls`). `None` for a name without "simcse", or with neither "sup" nor "unsup".
///
/// `folder` is the path of the model's folder; `config` is config.json, whose `_name_or_path` is tried after it.
pub(super) fn pooler_by_name(folder: &str, config: &Map<String, Value>) -> Option<Pooler> {
    let stated = config.get("_name_or_path").and_then(Value::as_str).unwrap_or_default();
    [folder, stated].into_iter().find_map(|name| {
        let name = name.to_lowercase();
        if !name.contains("simcse") {
            None
        } else if name.contains("unsup") {
            Some(Pooler::ClsBeforePooler)
        } else if name.contains("sup") {
            Some(Pooler::Cls)
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn released_names_tell_the_pooler() {
        let none = Map::new();
        let by = |name: &str| pooler_by_name(name, &none);
        assert_eq!(by("princeton-nlp/unsup-simcse-bert-base-uncased/"), Some(Pooler::ClsBeforePooler));
        assert_eq!(by("result/my-unsup-simcse-roberta-base/"), Some(Pooler::ClsBeforePooler));
        assert_eq!(by("sup-simcse-roberta-large/"), Some(Pooler::Cls));
        assert_eq!(by("SimCSE_Sup/"), Some(Pooler::Cls));
        assert_eq!(by("simcse/"), None);
        assert_eq!(by("bert-base-uncased/"), None);
        assert_eq!(by("support/"), None);
        let config = serde_json::json!({"_name_or_path": "princeton-nlp/sup-simcse-bert-base-uncased"});
        assert_eq!(pooler_by_name("downloads/", config.as_object().unwrap()), Some(Pooler::Cls));
    }
}

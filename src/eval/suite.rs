//! Makes the table of a suite of STS tasks, in the order of table 5 of arXiv 2104.08821.

use super::{
    ScoreRow, ScoreTable, TaskScore,
    published::{PUBLISHED, TASKS, published_task},
};

/// A setting's name, and how to read its score.
type Setting = (&'static str, fn(&TaskScore) -> Option<f64>);

const SETTINGS: [Setting; 3] =
    [("all", |task| task.all), ("mean", |task| task.mean), ("wmean", |task| task.wmean)];

/// `measured` are models' names with their scores (Spearman × 100), all on the same tasks in the same order. Each model
/// has three rows, with averages over the defined scores; the paper's rows follow if it has any of the tasks.
pub fn suite_table(measured: &[(String, &[TaskScore])]) -> ScoreTable {
    let tasks = measured.first().map_or(&[][..], |(_, scores)| scores);
    let place =
        |task: &TaskScore| TASKS.into_iter().position(|name| published_task(&task.task) == Some(name));
    let mut order: Vec<usize> = (0..tasks.len()).collect();
    order.sort_by_key(|&index| place(&tasks[index]).unwrap_or(TASKS.len()));
    let places: Vec<Option<usize>> = order.iter().map(|&index| place(&tasks[index])).collect();
    let columns = order.iter().zip(&places).map(|(&index, place)| match place {
        Some(place) => TASKS[*place].to_owned(),
        None => tasks[index].task.clone(),
    });
    let mut rows = Vec::new();
    for (model, scores) in measured {
        for (setting, value) in SETTINGS {
            let scores = order.iter().map(|&index| value(&scores[index])).collect();
            rows.push(ScoreRow::of_defined(model, setting, scores));
        }
    }
    if places.iter().any(Option::is_some) {
        rows.extend(PUBLISHED.iter().map(|row| {
            let scores = places.iter().map(|place| place.map(|place| row.scores[place])).collect();
            ScoreRow::new(row.model, "all", true, scores)
        }));
    }
    ScoreTable { columns: columns.collect(), rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(task: &str, all: f64) -> TaskScore {
        let subsets = Vec::new();
        let [all, mean, wmean] = [0.0, 1.0, 2.0].map(|more| Some(all + more));
        TaskScore { task: task.to_owned(), pairs: 3, all, mean, wmean, subsets }
    }

    #[test]
    fn columns_follow_the_paper_and_its_rows_stand_below() {
        let scores = [score("sts-test.csv", 80.0), score("STS12-en-test", 60.0)];
        let table = suite_table(&[("mine".to_owned(), &scores)]);
        assert_eq!(table.columns, ["STS12", "STS-B"]);
        let measured: Vec<_> = table.rows.iter().filter(|row| !row.published).collect();
        assert_eq!(measured.iter().map(|row| row.setting).collect::<Vec<_>>(), ["all", "mean", "wmean"]);
        assert_eq!(
            (measured[0].scores.clone(), measured[0].average),
            (vec![Some(60.0), Some(80.0)], Some(70.0))
        );
        assert_eq!(measured[2].average, Some(72.0));
        let unsup = table.rows.iter().find(|row| row.model == "Unsup. SimCSE, BERT-base").unwrap();
        assert_eq!(unsup.scores, [Some(68.40), Some(76.85)]);
        assert!((unsup.average.unwrap() - 72.625).abs() < 1e-9);
    }

    #[test]
    fn an_average_leaves_out_undefined_scores_and_states_how_many_it_includes() {
        let undefined = |task: &str| TaskScore { all: None, ..score(task, 10.0) };
        let scores = [score("STS12", 60.0), undefined("STS13"), score("mine.tsv", 50.0)];
        let table = suite_table(&[("mine".to_owned(), &scores)]);
        assert_eq!(table.rows[0].scores, [Some(60.0), None, Some(50.0)]);
        assert_eq!((table.rows[0].average, table.rows[0].partial()), (Some(55.0), Some((2, 3))));
        assert_eq!(table.rows[1].partial(), None, "the mean of subsets is defined everywhere");
        let csv = table.to_csv();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0], "model,source,setting,STS12,STS13,mine.tsv,average,averaged");
        assert_eq!(lines[1], "mine,measured,all,60.00,,50.00,55.00,2");
        assert!(lines[4].ends_with(",,"), "{}", lines[4]);

        let none = suite_table(&[("mine".to_owned(), &[undefined("STS12")])]);
        assert_eq!((none.rows[0].average, none.rows[0].partial()), (None, None));
    }

    #[test]
    fn published_rows_have_no_average_where_tasks_are_not_the_papers() {
        let scores = [score("my, own.tsv", 50.0), score("STS16", 60.0)];
        let table = suite_table(&[("a \"b\"".to_owned(), &scores)]);
        assert_eq!(table.columns, ["STS16", "my, own.tsv"]);
        assert!(table.rows.iter().filter(|row| row.published).all(|row| row.average.is_none()));
        let csv = table.to_csv();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0], "model,source,setting,STS16,\"my, own.tsv\",average");
        assert_eq!(lines[1], "\"a \"\"b\"\"\",measured,all,60.00,50.00,55.00");
        assert_eq!(lines[4], "\"GloVe, average\",paper,all,63.66,,");
        let unknown = suite_table(&[("x".to_owned(), &[score("mine.tsv", 1.0)])]);
        assert_eq!(unknown.rows.len(), 3, "no published rows without a task of the paper");
    }
}

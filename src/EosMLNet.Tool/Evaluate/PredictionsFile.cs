using System.Text;
using EosMLNet.Evaluation.Benchmarks;

namespace EosMLNet.Tool.Evaluate;

/// <summary>
/// The answers of an evaluation, plan after plan, in the order of the questions: Benchmark, Plan, ImagePath (as the table gives it; the
/// file, and its line where it holds many images, for a published
/// benchmark), Question, Answer (all that are accepted, between "|"), Family, PredictedAnswer, Score (the mean probability of the
/// answer's tokens, as in ML.NET; NaN where the row was too long to be asked)
/// and Correct (what the metric makes of the answer, 0 … 1).
/// </summary>
internal static class PredictionsFile
{
    /// <exception cref="EosException">EOS2003: the file cannot be written.</exception>
    internal static void Write(string path, IEnumerable<(Benchmark Benchmark, BenchmarkReport Report)> reports)
    {
        var text = new StringBuilder("Benchmark\tPlan\tImagePath\tQuestion\tAnswer\tFamily\tPredictedAnswer\tScore\tCorrect\n");
        foreach (var (benchmark, report) in reports)
            foreach (var plan in report.Plans)
                foreach (var (row, question) in benchmark.Questions.Index())
                {
                    var places = question.Images.Select(image => benchmark.Images[image].Place);
                    string[] cells =
                    [
                        benchmark.Name, plan.Plan, question.ImagePath ?? string.Join('|', places), question.Prompt,
                        string.Join('|', question.References), question.Category,
                        plan.Answers[row], TsvCell.Of(plan.Probabilities[row]), TsvCell.Of(plan.Scores[row]),
                    ];
                    text.AppendJoin('\t', cells.Select(TsvCell.Of)).Append('\n');
                }
        AtomicFile.WriteText(path, text.ToString());
    }
}

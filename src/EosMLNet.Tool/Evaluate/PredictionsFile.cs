using System.Globalization;
using System.Text;
using EosMLNet.Evaluation.Benchmarks;
using EosMLNet.Runtime;

namespace EosMLNet.Tool.Evaluate;

/// <summary>The answers of an evaluation, plan after plan, in the order of the questions: Benchmark, Plan, Question, Answer (all that are accepted, between "|"), Family, PredictedAnswer, Score (0 … 1).</summary>
internal static class PredictionsFile
{
    /// <exception cref="EosException">EOS2003: the file cannot be written.</exception>
    internal static void Write(string path, IEnumerable<(Benchmark Benchmark, BenchmarkReport Report)> reports)
    {
        var text = new StringBuilder("Benchmark\tPlan\tQuestion\tAnswer\tFamily\tPredictedAnswer\tScore\n");
        foreach (var (benchmark, report) in reports)
            foreach (var plan in report.Plans)
                foreach (var (question, answer, score) in benchmark.Questions.Zip(plan.Answers, plan.Scores))
                {
                    string[] cells = [benchmark.Name, plan.Plan, question.Prompt, string.Join('|', question.References), question.Category, answer, score.ToString("0.####", CultureInfo.InvariantCulture)];
                    text.AppendJoin('\t', cells.Select(OneCell)).Append('\n');
                }
        AtomicFile.WriteText(path, text.ToString());
    }

    // A model may answer anything, also a tab.
    private static string OneCell(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ');
}

using System.Text;
using EosMLNet.Data;
using EosMLNet.Evaluation;
using EosMLNet.Runtime;

namespace EosMLNet.Tool.Evaluate;

/// <summary>The answers of an evaluation, row by row in the order of the table: Question, Answer, Family, PredictedAnswer, Correct (0 or 1).</summary>
internal static class PredictionsFile
{
    /// <exception cref="EosException">EOS2003: the file cannot be written.</exception>
    internal static void Write(string path, VqaDataset data, EvaluationResult result)
    {
        var text = new StringBuilder("Question\tAnswer\tFamily\tPredictedAnswer\tCorrect\n");
        foreach (var (example, answer, score) in data.Examples.Zip(result.Answers, result.Scores))
        {
            string[] cells = [example.Question, example.Answer, example.Family, answer, score > 0 ? "1" : "0"];
            text.AppendJoin('\t', cells.Select(OneCell)).Append('\n');
        }
        AtomicFile.WriteText(path, text.ToString());
    }

    // A model may answer anything, also a tab.
    private static string OneCell(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ');
}

using Benchmarks.Report;

namespace Benchmarks.Onnx;

/// <summary>What <c>onnx</c> measured.</summary>
/// <param name="Hardware">The machine that the times are of.</param>
/// <param name="Answers">What both engines answered under each plan of each model.</param>
/// <param name="Refused">Plans that a model cannot have.</param>
/// <param name="Speeds">Times of scenes-llava under some of the plans.</param>
internal sealed record OnnxDocument(string Hardware, IReadOnlyList<OnnxAnswerRow> Answers, IReadOnlyList<OnnxRefusedRow> Refused, IReadOnlyList<OnnxSpeedRow> Speeds)
{
    private const string FileName = "onnx.json";

    /// <summary>What was measured before; null where nothing was.</summary>
    internal static OnnxDocument? Load(string folder) => ResultFile.Load<OnnxDocument>(Path.Combine(folder, FileName));

    /// <summary>Whether it is known what both engines do with a plan.</summary>
    internal bool Has(string model, string plan) => Answers.Any(row => row.Model == model && row.Plan == plan) || Refused.Any(row => row.Model == model && row.Plan == plan);

    /// <summary>Writes the numbers, and the page beside them.</summary>
    internal void Save(string folder)
    {
        ResultFile.Save(Path.Combine(folder, FileName), this);
        AtomicFile.WriteText(Path.Combine(folder, "onnx.md"), OnnxPage.Write(this));
    }
}

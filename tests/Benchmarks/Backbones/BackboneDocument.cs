using Benchmarks.Report;

namespace Benchmarks.Backbones;

/// <summary>What <c>backbones</c> measured.</summary>
/// <param name="Hardware">The machine.</param>
/// <param name="Model">The model's fingerprint.</param>
/// <param name="SearchImages">Images that searches learnt from.</param>
/// <param name="TestImages">Images of the test.</param>
/// <param name="TestQuestions">Its questions.</param>
/// <param name="Steps">Steps of a search.</param>
/// <param name="Rows">The methods.</param>
/// <param name="Refused">Methods that the model cannot have, and why.</param>
internal sealed record BackboneDocument(string Hardware, string Model, int SearchImages, int TestImages, int TestQuestions, int Steps,
    IReadOnlyList<BackboneRow> Rows, IReadOnlyList<string> Refused)
{
    private const string FileName = "backbones.json";

    /// <summary>What was measured before; null where nothing was.</summary>
    internal static BackboneDocument? Load(string folder) => ResultFile.Load<BackboneDocument>(Path.Combine(folder, FileName));

    internal void Save(string folder) => ResultFile.Save(Path.Combine(folder, FileName), this);
}

namespace Fuzz.Targets;

/// <summary>The learned numbers beside a plan.</summary>
internal sealed class LearnedScoresTarget : FuzzTarget
{
    internal override string Reader => "learned scores";

    internal override string FileName => "plan.safetensors";

    internal override void Prepare(string folder) => File.Copy(
        Path.Combine(Engine.Corpus.Folder(new PlanTarget()), "learned.json"), Path.Combine(folder, "plan.json"));

    internal override void Read(string folder)
    {
        try
        {
            ReductionPlan.Load(Path.Combine(folder, "plan.json"));
        }
        catch (EosException e) when (e.Detail.Contains("parametersFingerprint", StringComparison.Ordinal))
        {
            // Other numbers than the plan was saved with: they were read all the same.
        }
    }

    internal override byte[] Mended(byte[] input) => SafetensorsFormat.Mended(input);
}

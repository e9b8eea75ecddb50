namespace Fuzz.Targets;

/// <summary>A plan.</summary>
internal sealed class PlanTarget : FuzzTarget
{
    internal override string Reader => "plan";

    internal override string FileName => "plan.json";

    internal override void Prepare(string folder) => File.Copy(
        Path.Combine(Engine.Corpus.Folder(new LearnedScoresTarget()), "both.safetensors"), Path.Combine(folder, "plan.safetensors"));

    internal override void Read(string folder)
    {
        var plan = ReductionPlan.Load(Path.Combine(folder, FileName));
        plan.CheckShape(plan.Model);
        ReductionPlan.FromJson(plan.ToJson(), plan.Parameters);
    }
}

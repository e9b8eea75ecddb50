using EosMLNet.Execution;
using EosMLNet.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Execution;

/// <summary>When a plan's weights are compared with the model's, and what its scores learned is placed; on a copy of the random checkpoint of Golden.</summary>
public sealed class ReducedModelFingerprintTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly LlavaModel model;
    private readonly PromptBatch batch;

    public ReducedModelFingerprintTests()
    {
        foreach (var file in Directory.GetFiles(GoldenFiles.TinyLlava))
            File.Copy(file, folder[Path.GetFileName(file)]);
        model = LlavaModel.Load(folder.Path);
        using var unrecorded = no_grad();
        batch = PromptBatch.Create(model, [[1, 5, 299, 7, 9]], model.EncodeImages(ones(1, 3, model.Config.Vision.ImageSize, model.Config.Vision.ImageSize)));
    }

    public void Dispose()
    {
        batch.Dispose();
        model.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_plan_of_the_model_itself_answers_without_its_files()
    {
        var plan = Learned();
        File.Delete(folder["model.safetensors"]); // whoever hashed it would fail
        using var reduced = new ReducedModel(model, plan);
        Assert.NotEmpty(reduced.Generate(batch, 3).Ids);
        Assert.NotEmpty(reduced.Forward(batch).shape);
    }

    [Fact]
    public void A_plan_from_a_file_answers_as_the_same_plan_in_memory()
    {
        using var reduced = new ReducedModel(model, Learned());
        using var read = new ReducedModel(model, FromFile(Learned()));
        Assert.Equal(reduced.Generate(batch, 5).Ids, read.Generate(batch, 5).Ids);
    }

    [Fact]
    public void A_plan_of_other_weights_is_EOS4002_instead_of_the_first_answer_and_leaves_no_tensor_behind()
    {
        var plan = Learned();
        plan = plan with { Model = plan.Model with { Fingerprint = "sha256:" + new string('0', 64) } };
        var before = Live();
        using (var reduced = new ReducedModel(model, plan))
        {
            Expect.Error(EosErrors.PlanMismatch, () => reduced.Generate(batch, 3), "fingerprint", "sha256:0000");
            Expect.Error(EosErrors.PlanMismatch, () => reduced.Forward(batch), "fingerprint", model.Fingerprint);
            Expect.Error(EosErrors.PlanMismatch, () => reduced.KeptTokens(batch), "fingerprint");
        }
        Assert.Equal(before, Live());
    }

    [Fact]
    public void A_plan_of_another_shape_is_refused_at_once()
    {
        var other = ReductionPlan.Identity(model.ToPlanModel() with { Heads = 1024 });
        Expect.Error(EosErrors.PlanMismatch, () => new ReducedModel(model, other), "remaining numbers");
    }

    [Fact]
    public void Files_that_have_gone_are_told_of_instead_of_the_first_answer()
    {
        var plan = ReductionPlan.Identity(model.ToPlanModel() with { Fingerprint = Checkpoint.Fingerprint(folder.Path) });
        File.Delete(folder["model.safetensors"]);
        using var reduced = new ReducedModel(model, plan);
        Expect.Error(EosErrors.FileMissing, () => reduced.Generate(batch, 3), "model.safetensors");
    }

    [Fact]
    public void Files_that_changed_after_the_loading_are_told_of_instead_of_a_fingerprint_of_others()
    {
        using (var file = File.OpenWrite(folder["model.safetensors"]))
        {
            file.Position = file.Length - 1;
            file.WriteByte(7);
        }
        Expect.Error(EosErrors.FileMissing, () => _ = model.Fingerprint, "model.safetensors", "changed");
    }

    [Fact]
    public void A_model_that_is_disposed_while_it_is_hashed_still_gets_its_fingerprint()
    {
        var plan = FromFile(Learned());
        var other = LlavaModel.Load(folder.Path);
        var planned = other.ToPlanModel();
        using var reduced = new ReducedModel(other, plan);
        other.Dispose();
        Assert.Equal(Checkpoint.Fingerprint(folder.Path), planned.Fingerprint);
    }

    [Fact]
    public void The_numbers_of_a_plan_are_placed_once_and_freed_with_the_reduced_model()
    {
        const int Placed = 3 + 2 * 3 + 3; // the probe and two matrices; γ, τ and ρ of two sites; three weights of scores
        var plan = Learned();
        var before = Live();
        using (var reduced = new ReducedModel(model, plan))
        {
            Assert.Equal(before + Placed, Live());
            reduced.Generate(batch, 2);
            reduced.Generate(batch, 2);
            Assert.Equal(before + Placed, Live());
        }
        Assert.Equal(before, Live());
    }

    private ReductionPlan Learned() => ReductionPlan.Create(model.ToPlanModel(),
    [
        new ReductionSite { Layer = 0, Keep = 9, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Probe] = 0.5, [ScoreCriterion.TextRelevance] = 0.5 } },
        new ReductionSite { Layer = 2, Keep = 4, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Probe] = 1 } },
    ], new ScoreParameters { Probe = Numbers(1), Relevance = new(2, Numbers(2), Numbers(2)) });

    private float[] Numbers(int rows) => [.. Enumerable.Range(0, rows * model.HiddenSize).Select(i => MathF.Sin(i + rows))];

    private static ReductionPlan FromFile(ReductionPlan plan) => ReductionPlan.FromJson(plan.ToJson(), plan.Parameters);

    private static long Live() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}

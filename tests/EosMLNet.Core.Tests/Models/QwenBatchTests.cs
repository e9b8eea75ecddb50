using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using FsCheck.Xunit;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

/// <summary>Rows with images of different sizes, any number of them, and videos side by side, under plans with sites that transfer.</summary>
public sealed class QwenBatchTests
{
    [Property(MaxTest = 12)]
    public void A_batch_of_Qwen2_VL_gives_the_answers_of_its_rows(int seed) => CheckRows("qwen2_vl", seed);

    [Property(MaxTest = 12)]
    public void A_batch_of_Qwen2_5_VL_gives_the_answers_of_its_rows(int seed) => CheckRows("qwen2_5_vl", seed);

    [Property(MaxTest = 12)]
    public void A_batch_of_Qwen3_VL_gives_the_answers_of_its_rows(int seed) => CheckRows("qwen3_vl", seed);

    // In float64, where no rounding decides which of two tokens stays.
    private static void CheckRows(string family, int seed)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var model = VisionLanguageModel.Load(GoldenFiles.At("backbones", family, "checkpoint"), ModelDataType.Float64);
        var prompts = new QwenPrompts(model, seed, rows: 3);
        using var reduced = new ReducedModel(model, Plan(model, new Random(seed)));
        using var all = Batch(prompts.Rows, prompts.Input());
        var together = Last(reduced.Forward(all));                                                   // (B, V)
        var answers = reduced.Generate(all, 4);
        for (var row = 0; row < prompts.Rows.Count; row++)
        {
            using var one = Batch([prompts.Rows[row]], prompts.Input(row));
            Assert.InRange(together[row].sub(Last(reduced.Forward(one))[0]).abs().max().item<double>(), 0, 1e-9);
            Assert.Equal(reduced.Generate(one, 4).Ids[0], answers.Ids[row]);
        }

        PromptBatch Batch(IReadOnlyList<int[]> rows, VisionInput? images) =>
            PromptBatch.Create(model, rows, images is null ? null : model.EncodeImages(images));
    }

    // Three sites, one of them in front of a layer whose planes are still to come.
    private static ReductionPlan Plan(VisionLanguageModel model, Random random)
    {
        var shares = new[] { 0.8, 0.5, 0.3 };
        return ReductionPlan.Create(model.ToPlanModel(), shares.Select((share, layer) => new ReductionSite
        {
            Layer = layer,
            KeepShare = share,
            Transfer = 0.7,
            Temperature = layer == 1 ? 0 : 0.3,
            Reweight = 0.2,
            ProportionalAttention = 0.5,
            Normalization = (Normalization)random.Next(Enum.GetValues<Normalization>().Length),
            Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 0.5, [ScoreCriterion.Novelty] = 0.5 },
        }), sizes: ImageSizes.All(20));
    }

    private static Tensor Last(Tensor logits) => logits.narrow(1, logits.shape[1] - 1, 1).squeeze(1);
}

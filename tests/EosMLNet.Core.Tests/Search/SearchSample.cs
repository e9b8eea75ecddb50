using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

/// <summary>Small models with random weights, and random questions about random images.</summary>
internal static class SearchSample
{
    /// <summary>A LLaVA with grouped-query attention on a 4×4 grid of patches; or, as <paramref name="other"/>, one of another depth, width and patch count.</summary>
    public static LlavaModel Model(bool other = false, ScalarType dtype = ScalarType.Float32)
    {
        var folder = GoldenFiles.TinyLlava;
        var config = LlavaConfig.Load(folder);
        if (!other)
            return LlavaModel.Load(folder, DataTypes.Of(dtype), use: ModelUse.Search);
        config = config with
        {
            Vision = config.Vision with { ImageSize = 84 },
            Text = config.Text with { LayerCount = 3, HiddenSize = 64, HeadCount = 4, KeyValueHeadCount = 1, IntermediateSize = 96 },
        };
        var seed = 0;
        return new LlavaModel(config, (_, shape) => Numbers.Normal(++seed, shape).Mul(shape.Length > 1 ? 0.15 : 0.5).Add(shape.Length > 1 ? 0 : 1).to_type(dtype));
    }

    /// <summary>Questions of unequal length about each image, packed.</summary>
    public static SearchData Data(VisionLanguageModel model, int images, int questionsPerRow, int questions = 3, int seed = 1)
    {
        var random = new Random(seed);
        var rows = PackedRow.Pack(
            from image in Enumerable.Range(0, images)
            from question in Enumerable.Range(0, questions)
            select ((IReadOnlyList<PackedImage>)[new(image, [1, 7, 9], model.UsualLayout)], new PackedRow.Segment(Ids(2 + (image + question) % 3), [.. Ids(1 + question % 2), 2], question % 2)), questionsPerRow);
        var side = (int)Math.Sqrt(model.VisualTokens) * 14;
        return new SearchData(rows, new ImageCache(wanted =>
        {
            using var scope = NewDisposeScope();
            return VisionOutput.Join([.. wanted.Select(p => model.EncodeImages(Numbers.Normal(100 + p.Index, 1, 3, side, side).to_type(model.DataType)))]).MoveToOuterDisposeScope();
        }, 1 << 28), ["even", "odd"], "sha256:test");

        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(10, 290))];
    }

    /// <summary>A plan that selects by attention in every way there is.</summary>
    public static ReductionPlan AttentionPlan(VisionLanguageModel model)
    {
        var score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.RaterAttention] = 0.7, [ScoreCriterion.Novelty] = 0.1, [ScoreCriterion.TextAttention] = 0.2 };
        return ReductionPlan.Create(model.ToPlanModel(),
        [
            new ReductionSite { Layer = 0, Keep = model.VisualTokens - 3, AttentionSource = AttentionSource.OwnLayer, RaterHeads = 2, Score = score },
            new ReductionSite { Layer = 1, Keep = model.VisualTokens / 2, PositionCorrection = true, Transfer = 0.5, Temperature = 0.2, Score = score },
            new ReductionSite { Layer = 2, Keep = 3, AttentionSource = AttentionSource.OwnLayer, PositionCorrection = true, RaterHeads = 1, Score = score },
        ]);
    }

    /// <summary>A plan with unlike sites, learned scores and everything switched on.</summary>
    public static ReductionPlan Plan(VisionLanguageModel model, params ScoreCriterion[] criteria)
    {
        using var scope = NewDisposeScope();
        var score = criteria.ToDictionary(c => c, c => 1.0 / criteria.Length);
        var first = criteria.Where(c => !c.NeedsAttention()).ToDictionary(c => c, _ => 1.0);
        return ReductionPlan.Create(model.ToPlanModel(),
        [
            new ReductionSite { Layer = 0, Keep = model.VisualTokens * 3 / 4, Transfer = 0.4, Temperature = 0.3, Reweight = 0.2, ProportionalAttention = 0.7, Diversity = 0.9, Score = first },
            new ReductionSite { Layer = 1, Keep = model.VisualTokens / 2, Transfer = 0.7, Temperature = 0.1, Diversity = 0.4, Score = score },
            new ReductionSite { Layer = 2, Keep = 3, Transfer = 1, Temperature = 0, ProportionalAttention = 1, Score = score },
        ], new ScoreParameters
        {
            Probe = Floats(77, model.HiddenSize),
            Relevance = new TextRelevance(5, Floats(78, 5 * model.HiddenSize), Floats(79, 5 * model.HiddenSize)),
        });

        static float[] Floats(int seed, int count) => [.. Numbers.Normal(seed, count).data<double>().Select(x => (float)x)];
    }
}

using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using EosMLNet.Tests.Search;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator.Presets;

/// <summary>Random images and questions on a tiny model in double precision, run under a plan and by the plain decoder.</summary>
internal sealed class PresetSample : IDisposable
{
    /// <summary>The checkpoint of Golden, or random weights for larger images.</summary>
    public PresetSample(int imageSize = 56)
    {
        Model = imageSize == 56 ? LlavaModel.Load(GoldenFiles.TinyLlava, ModelDataType.Float64) : Random(imageSize);
        Plain = new PlainDecoder(Model);
    }

    public LlavaModel Model { get; }

    public PlainDecoder Plain { get; }

    /// <summary>A prompt with one image, and the image's visual tokens.</summary>
    public (int[] Prompt, double[][] Image) Question(int seed)
    {
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        var numbers = Numbers.Normal(seed, Model.VisualTokens, Model.HiddenSize).data<double>().ToArray();
        return ([.. Ids(2 + seed % 2), Model.ImageTokenId, .. Ids(6 + seed % 3)], [.. numbers.Chunk(Model.HiddenSize)]);

        IEnumerable<int> Ids(int count) => Enumerable.Range(0, count).Select(_ => random.Next(3, 290)).ToArray();
    }

    /// <summary>The same as the plain decoder's tokens.</summary>
    public List<PlainToken> Tokens(int[] prompt, double[][] image)
    {
        var tokens = new List<PlainToken>();
        foreach (var id in prompt)
            if (id == Model.ImageTokenId)
                tokens.AddRange(image.Select((x, i) => new PlainToken(x, tokens.Count + i, 'v')).ToArray());
            else
                tokens.Add(new PlainToken(Plain.Embed(id), tokens.Count, tokens.Any(t => t.Kind == 'v') ? 'q' : 't'));
        return tokens;
    }

    public PromptBatch Batch(params (int[] Prompt, double[][] Image)[] questions) => PromptBatch.Create(Model, [.. questions.Select(q => q.Prompt)],
        new VisionOutput(tensor(questions.SelectMany(q => q.Image).SelectMany(x => x).ToArray(), [questions.Length, Model.VisualTokens, Model.HiddenSize]), null));

    /// <summary>A model under the preset's plan and the published algorithm leave the same tokens with the same logits.</summary>
    public void AssertEquivalent(IReadOnlyList<ReductionSite> preset, Func<PlainDecoder, List<PlainToken>, List<PlainToken>> published)
    {
        var reduced = new ReducedModel(Model, ReductionPlan.Create(Model.ToPlanModel(), preset));
        for (var seed = 1; seed <= 4; seed++)
        {
            using var scope = NewDisposeScope();
            var (prompt, image) = Question(seed);
            using var batch = Batch((prompt, image));
            var expected = Plain.Logits(published(Plain, Tokens(prompt, image)));
            var logits = reduced.Forward(batch);
            Assert.Equal([1L, expected.Length, Model.VocabularySize], logits.shape);
            var worst = expected.SelectMany(row => row).Zip(logits.data<double>().ToArray(), (p, q) => Math.Abs(p - q)).Max();
            Assert.True(worst < 1e-5, $"question {seed}: off by {worst:g3}");
        }
    }

    private static LlavaModel Random(int imageSize)
    {
        var config = LlavaConfig.Load(GoldenFiles.TinyLlava);
        var seed = 0;
        return new LlavaModel(config with { Vision = config.Vision with { ImageSize = imageSize } },
            (_, shape) => Numbers.Normal(++seed, shape).Mul(shape.Length > 1 ? 0.15 : 0.5).Add(shape.Length > 1 ? 0 : 1));
    }

    public void Dispose() => Model.Dispose();
}

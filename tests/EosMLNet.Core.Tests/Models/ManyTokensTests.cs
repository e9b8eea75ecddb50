using EosMLNet.Models;
using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

/// <summary>Batches of so many tokens that layers take them in chunks (<see cref="RowChunks"/>).</summary>
public sealed class ManyTokensTests : IDisposable
{
    private const int Rows = 58, Length = 300, Width = 512; // large together, small a row
    private static readonly LlavaConfig Config = new()
    {
        Text = new LlamaConfig
        {
            HiddenSize = Width, IntermediateSize = Width, LayerCount = 1, HeadCount = 8, KeyValueHeadCount = 2, HeadSize = 64,
            VocabularySize = 32,
        },
        Vision = new ClipVisionConfig { HiddenSize = 32, IntermediateSize = 6000, LayerCount = 2, HeadCount = 2, ImageSize = 64, PatchSize = 4 },
    };

    private readonly DisposeScope scope = NewDisposeScope();
    private readonly IDisposable unrecorded = no_grad();

    public void Dispose()
    {
        unrecorded.Dispose();
        scope.Dispose();
    }

    [Theory]
    [InlineData("Dense", ScalarType.Float32, true)]
    [InlineData("Packed", ScalarType.Float32, false)]
    [InlineData("Packed", ScalarType.BFloat16, true)]
    [InlineData("Int8", ScalarType.Float32, true)]
    [InlineData("Int8", ScalarType.BFloat16, false)]
    public void A_batch_in_chunks_gives_what_its_rows_give_one_by_one(string form, ScalarType type, bool masked)
    {
        if (form == "Int8" && !CpuSpeed.HasInt8 || form == "Packed" && !OneDnn.Packs(type))
            return;
        var decoder = new LlamaDecoder(Config.Text, tiedHead: true, Weights(Enum.Parse<WeightForm>(form), type));
        var hidden = randn(Rows, Length, Width).to(type);
        var rotary = Rotary.Create(Scalars.Arange(Length).expand(Rows, -1), Config.Text.HeadSize, 10_000, type);
        var bias = masked ? Scalars.Full(double.NegativeInfinity, [1, 1, Length, Length], type).triu(1) : null;
        using var all = new LayerCache();

        var found = decoder.RunLayer(0, hidden, rotary, bias, all);

        foreach (var row in new[] { 0, Rows / 2, Rows - 1 })
        {
            using var own = new LayerCache();
            var turns = new Rotary(rotary.Cos.narrow(0, row, 1), rotary.Sin.narrow(0, row, 1));
            Close(decoder.RunLayer(0, hidden.narrow(0, row, 1), turns, bias, own), found.narrow(0, row, 1));
            Close(own.Keys!, all.Keys!.narrow(0, row, 1));
            Close(own.Values!, all.Values!.narrow(0, row, 1));
        }

        void Close(Tensor expected, Tensor actual)
        {
            Assert.Equal(expected.shape, actual.shape);
            Assert.InRange(Norm(expected.sub(actual)) / Norm(expected), 0, type == ScalarType.BFloat16 ? 0.01 : form == "Int8" ? 1e-3 : 1e-5);
        }
    }

    [Fact]
    public void Many_images_give_what_each_gives()
    {
        var tower = new VisionTower(Config.Vision, depth: 2, Weights(WeightForm.Dense, ScalarType.Float32));
        var images = randn(7, 3, 64, 64); // 257 tokens each

        var (found, attention) = tower.Run(images, wantsClsAttention: true, tap: null);

        foreach (var i in new[] { 0, 3, 6 })
        {
            var (expected, own) = tower.Run(images.narrow(0, i, 1), wantsClsAttention: true, tap: null);
            Assert.InRange(Norm(expected.sub(found.narrow(0, i, 1))) / Norm(expected), 0, 1e-5);
            Assert.InRange(Norm(own!.sub(attention!.narrow(0, i, 1))) / Norm(own), 0, 1e-5);
        }
    }

    private static float Norm(Tensor x) => x.to(ScalarType.Float32).norm().item<float>();

    private static Func<string, Tensor> Weights(WeightForm form, ScalarType type)
    {
        var shapes = Config.Weights.ToDictionary(weight => weight.Name);
        var scales = new Dictionary<string, Tensor>();
        return name =>
        {
            if (scales.TryGetValue(name, out var known))
                return known;
            var shape = shapes[name].Shape;
            var weight = shape.Length == 1 ? randn(shape) : randn(shape).div_(tensor(MathF.Sqrt(shape[^1])));
            if (!shapes[name].IsLinear || form == WeightForm.Dense)
                return weight.to(type);
            if (form == WeightForm.Packed)
                return OneDnn.TryPack(weight.to(type)) ?? weight.to(type);
            var steps = Int8Steps.SizesOf(weight);                                          // (out, 1)
            scales[name + WeightLoader.ScaleSuffix] = steps.squeeze(1);
            return OneDnn.PackQuantized(weight.div(steps).round_().to(ScalarType.Int8));
        };
    }
}

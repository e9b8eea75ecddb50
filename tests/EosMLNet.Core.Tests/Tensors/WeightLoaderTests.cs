using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Tensors;

public sealed class WeightLoaderTests : IDisposable
{
    private const string First = "a.safetensors", Second = "b.safetensors";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32, ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16, ScalarType.Float32)]
    [InlineData(ScalarType.Float16, ScalarType.Float32)]
    [InlineData(ScalarType.Float64, ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16, ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16, ScalarType.BFloat16)]
    [InlineData(ScalarType.Float32, ScalarType.Float64)]
    public void Weights_of_all_sizes_come_out_of_both_shards_as_they_went_in(ScalarType stored, ScalarType wanted)
    {
        using var scope = NewDisposeScope();
        var weights = Weights(stored);
        WriteShards(weights);
        using var checkpoint = Checkpoint.Open(_folder.Path);
        using var loader = new WeightLoader(checkpoint, wanted, CPU);
        foreach (var (name, weight) in weights.Reverse())
            loader.Ask(name, weight.shape);

        loader.Read();

        foreach (var (name, weight) in weights)
        {
            var loaded = loader.Take(name, weight.shape);
            Assert.Equal((wanted, true), (loaded.dtype, loaded.is_contiguous()));
            Assert.Equal(weight.shape, loaded.shape);
            Assert.True(loaded.equal(weight.to(wanted)).all().item<bool>(), name);
            loaded.Dispose();
        }
    }

    [Theory]
    [InlineData(4, 64, 100.0, null)]
    [InlineData(4, 64, double.NaN, "not finite")]
    [InlineData(4, 64, double.NegativeInfinity, "not finite")]
    [InlineData(1, Int8Steps.WidestLayer, 1.0, null)]
    [InlineData(1, Int8Steps.WidestLayer + 1, 1.0, "66312 inputs")]
    public void A_weight_that_8_bits_cannot_hold_is_refused_by_its_name(int rows, int width, double value, string? fault)
    {
        if (!CpuSpeed.HasInt8)
            return;
        using var scope = NewDisposeScope();
        var weight = ones(rows, width);
        weight.narrow(0, rows - 1, 1).narrow(1, 7, 1).fill_(Scalars.Literal(value));
        SafetensorsWriter.Write(_folder["model.safetensors"], new Dictionary<string, Tensor> { ["odd.weight"] = weight });
        using var checkpoint = Checkpoint.Open(_folder.Path);
        using var loader = new WeightLoader(checkpoint, ScalarType.Float32, CPU);
        loader.Ask("odd.weight", weight.shape, WeightForm.Int8);
        if (fault is null)
            loader.Read();
        else
            Expect.Error(EosErrors.DataType, () => loader.Read(), "'odd.weight'", fault, "data type auto");
    }

    [Fact]
    public void A_weight_outlives_the_loader_and_the_weights_beside_it()
    {
        using var scope = NewDisposeScope();
        var weights = Weights(ScalarType.Float32);
        WriteShards(weights);
        Tensor kept;
        using (var checkpoint = Checkpoint.Open(_folder.Path))
        using (var loader = Asked(checkpoint, weights))
        {
            loader.Read();
            kept = loader.Take("long", weights["long"].shape);
        }

        Assert.True(kept.equal(weights["long"]).all().item<bool>());
        kept.Dispose();
    }

    [Fact]
    public void Loading_leaves_the_weights_and_no_other_tensor()
    {
        using var scope = NewDisposeScope();
        var weights = Weights(ScalarType.BFloat16);
        WriteShards(weights);
        using var checkpoint = Checkpoint.Open(_folder.Path);
        var before = LiveTensors();

        using (var loader = Asked(checkpoint, weights))
        {
            loader.Read();
            Assert.Equal(before + weights.Count, LiveTensors());
            loader.Take("long", weights["long"].shape).Dispose();
        }

        Assert.Equal(before, LiveTensors());
    }

    [Theory]
    [InlineData(First)]
    [InlineData(Second)]
    public void A_shard_that_shrinks_while_it_is_open_is_noticed_and_nothing_stays_behind(string shard)
    {
        using var scope = NewDisposeScope();
        var weights = Weights(ScalarType.Float32);
        WriteShards(weights);
        using var checkpoint = Checkpoint.Open(_folder.Path);
        var before = LiveTensors();
        using (var loader = Asked(checkpoint, weights))
        {
            using (var stream = new FileStream(_folder[shard], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                stream.SetLength(stream.Length / 2);

            Expect.Error(EosErrors.SafetensorsHeader, () => loader.Read(), shard, "truncated");
        }
        Assert.Equal(before, LiveTensors());
    }

    [Fact]
    public void A_cancelled_load_stops_and_leaves_nothing_behind()
    {
        using var scope = NewDisposeScope();
        var weights = Weights(ScalarType.Float32);
        WriteShards(weights);
        using var checkpoint = Checkpoint.Open(_folder.Path);
        var before = LiveTensors();
        using (var loader = Asked(checkpoint, weights))
            Assert.Throws<OperationCanceledException>(() => loader.Read(new CancellationToken(canceled: true)));
        Assert.Equal(before, LiveTensors());
    }

    [Fact]
    public void What_does_not_fit_the_configuration_is_refused_before_anything_is_read()
    {
        using var scope = NewDisposeScope();
        WriteShards(Weights(ScalarType.Float32));
        using var checkpoint = Checkpoint.Open(_folder.Path);
        using var loader = new WeightLoader(checkpoint, ScalarType.Float32, CPU);

        Expect.Error(EosErrors.MissingTensor, () => loader.Ask("none", [1]), "'none'");
        Expect.Error(EosErrors.TensorShape, () => loader.Ask("short", [4]), "[3]", "[4]");
    }

    [Fact]
    public void Only_what_was_asked_for_can_be_taken()
    {
        using var scope = NewDisposeScope();
        var weights = Weights(ScalarType.Float32);
        WriteShards(weights);
        using var checkpoint = Checkpoint.Open(_folder.Path);
        using var loader = new WeightLoader(checkpoint, ScalarType.Float32, CPU);
        loader.Ask("short", [3]);
        loader.Read();

        Assert.Throws<InvalidOperationException>(() => loader.Take("long", weights["long"].shape));
    }

    // Larger than a piece of 4 MiB, so that it is cut; smaller; a single number; nothing. The types of the two shards differ unless it is float32.
    private static Dictionary<string, Tensor> Weights(ScalarType stored)
    {
        using var generator = new Generator(7);
        return new()
        {
            ["long"] = randn(1_100, 1_001, generator: generator).to(stored),
            ["short"] = randn([3], generator: generator).to(stored),
            ["number"] = randn([], generator: generator).to(stored),
            ["other"] = randn(777, 1_501, generator: generator),
            ["end"] = randn([2, 2], generator: generator),
            ["empty"] = zeros([0, 5]),
        };
    }

    private void WriteShards(Dictionary<string, Tensor> weights)
    {
        string[] inFirst = ["long", "short", "number"];
        SafetensorsWriter.Write(_folder[First], weights.Where(w => inFirst.Contains(w.Key)));
        SafetensorsWriter.Write(_folder[Second], weights.Where(w => !inFirst.Contains(w.Key)));
        var places = weights.Keys.Select(name => $"\"{name}\":\"{(inFirst.Contains(name) ? First : Second)}\"");
        _folder.Write("model.safetensors.index.json", $"{{\"weight_map\":{{{string.Join(',', places)}}}}}");
    }

    private static WeightLoader Asked(Checkpoint checkpoint, Dictionary<string, Tensor> weights)
    {
        var loader = new WeightLoader(checkpoint, ScalarType.Float32, CPU);
        foreach (var (name, weight) in weights)
            loader.Ask(name, weight.shape);
        return loader;
    }

    private static long LiveTensors() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}

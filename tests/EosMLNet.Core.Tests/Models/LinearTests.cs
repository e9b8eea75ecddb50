using EosMLNet.Models;
using EosMLNet.Tensors;
using EosMLNet.Tests.Search;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

public sealed class LinearTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData(1, 64, 32, true, ScalarType.BFloat16)]
    [InlineData(7, 48, 40, false, ScalarType.BFloat16)]
    [InlineData(130, 96, 72, true, ScalarType.BFloat16)]
    [InlineData(1, 64, 32, false, ScalarType.Float32)]
    [InlineData(130, 96, 72, true, ScalarType.Float32)]
    public void A_packed_layer_is_exact_to_the_rounding_of_its_result(int rows, int from, int to, bool bias, ScalarType type)
    {
        var (x, weight, added) = Numbers(rows, from, to, bias, type);
        var packed = OneDnn.TryPack(weight);
        if (packed is null && !OneDnn.Packs(type))
            return; // this processor has no such products
        Assert.True(packed is null || OneDnn.IsPacked(packed));
        Assert.False(OneDnn.IsPacked(weight));

        var found = Linear.Of(name => name == "l.weight" ? packed ?? weight : added!, "l", bias).Apply(x);

        Assert.Equal((type, $"2 {rows} {to}"), (found.dtype, string.Join(' ', found.shape)));
        var expected = Exact(x, weight, added);
        // Half a step of bfloat16, and what float32 sums differ by.
        var allowed = type == ScalarType.BFloat16 ? expected.abs().Mul(1.0 / 256).Add(1e-2) : expected.abs().Mul(1e-5).Add(1e-5);
        Assert.True(found.to(ScalarType.Float64).sub(expected).abs().le(allowed).all().item<bool>());
    }

    // Which shapes libtorch gets wrong differs between processors; none may come through.
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void No_weight_is_packed_whose_products_are_wrong(ScalarType type)
    {
        for (var to = 8; to < 330; to += 4)
        {
            using var each = NewDisposeScope();
            var (x, weight, _) = Numbers(5, 24, to, false, type);
            if (OneDnn.TryPack(weight) is { } packed)
                Assert.InRange(OneDnn.Linear(x, packed, null).to(ScalarType.Float64).sub(Exact(x, weight, null)).abs().max().item<double>(), 0, 0.2);
        }
    }

    [Theory]
    [InlineData(1, 64, 32, true, ScalarType.Float32)]
    [InlineData(7, 48, 40, false, ScalarType.Float32)]
    [InlineData(130, 96, 72, true, ScalarType.BFloat16)]
    public void A_layer_in_8_bits_rounds_each_row_of_input_and_weight_and_nothing_else(int rows, int from, int to, bool bias, ScalarType type)
    {
        if (!CpuSpeed.HasInt8)
            return; // such a processor is told in DataTypesTests
        var (x, weight, added) = Numbers(rows, from, to, bias, type);
        var (steps, scales) = Rounded(weight);
        var packed = OneDnn.PackQuantized(steps.to(ScalarType.Int8));
        var layer = Linear.Of(name => name switch { "l.weight" => packed, "l.weight_scale" => scales.squeeze(-1).to(ScalarType.Float32), _ => added! }, "l", bias);

        var found = layer.Apply(x);

        Assert.Equal((type, $"2 {rows} {to}"), (found.dtype, string.Join(' ', found.shape)));
        var (inputSteps, inputScales) = Rounded(x);
        var expected = Exact(inputSteps.mul(inputScales), steps.mul(scales), added);
        var digits = type == ScalarType.Float32 ? 1e-5 : 1.0 / 128;
        // An input that lies between two steps may go to either.
        var allowed = expected.abs().Mul(digits).Add(type == ScalarType.Float32 ? 0.02 : 0.1);
        Assert.True(found.to(ScalarType.Float64).sub(expected).abs().le(allowed).all().item<bool>());
    }

    [Fact]
    public void A_row_of_zeros_in_8_bits_stays_one_and_its_neighbours_do_not_matter()
    {
        if (!CpuSpeed.HasInt8)
            return;
        var (_, weight, _) = Numbers(1, 64, 32, false, ScalarType.Float32);
        var (steps, scales) = Rounded(weight);
        var layer = new Int8Linear(OneDnn.PackQuantized(steps.to(ScalarType.Int8)), scales.squeeze(-1).to(ScalarType.Float32), null);
        var one = Search.Numbers.Normal(3, 1, 64).to(ScalarType.Float32);

        var found = layer.Apply(cat([zeros(1, 64), one, one.Mul(1000)]));

        Assert.Equal(0, found[0].abs().sum().item<float>());
        Assert.True(found.narrow(0, 1, 1).equal(layer.Apply(one)).all().item<bool>());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void An_input_in_8_bits_that_is_not_finite_is_not_hidden_and_its_neighbours_do_not_matter(float value)
    {
        if (!CpuSpeed.HasInt8)
            return;
        var (_, weight, _) = Numbers(1, 64, 32, false, ScalarType.Float32);
        var (steps, scales) = Rounded(weight);
        var layer = new Int8Linear(OneDnn.PackQuantized(steps.to(ScalarType.Int8)), scales.squeeze(-1).to(ScalarType.Float32), null);
        var good = Search.Numbers.Normal(3, 1, 64).to(ScalarType.Float32);
        var bad = good.clone();
        bad.narrow(1, 5, 1).fill_(Scalars.Literal(value));

        var found = layer.Apply(cat([bad, good]));

        Assert.False(found[0].isfinite().any().item<bool>());
        Assert.True(found.narrow(0, 1, 1).equal(layer.Apply(good)).all().item<bool>());
    }

    [Fact]
    public void Sums_in_8_bits_are_exact_in_the_widest_layer()
    {
        if (!CpuSpeed.HasInt8)
            return;
        var weight = OneDnn.PackQuantized(Scalars.Full(Int8Steps.Most, [16, Int8Steps.WidestLayer], ScalarType.Int8));
        var found = OneDnn.Quantized(Scalars.Full(255, [1, Int8Steps.WidestLayer], ScalarType.Byte), weight, ones(16), ScalarType.Float32);
        Assert.All(found.data<float>(), sum => Assert.Equal((float)((255.0 - OneDnn.Zero) * Int8Steps.Most * Int8Steps.WidestLayer), sum));
    }

    [Fact]
    public void A_fault_in_a_packed_layer_is_EOS2008()
    {
        if (OneDnn.Packs(ScalarType.BFloat16))
            Expect.Error(EosErrors.PackedLayer, () => OneDnn.Linear(ones([2, 33], ScalarType.BFloat16), OneDnn.TryPack(ones([16, 32], ScalarType.BFloat16))!, null), "standard error");
    }

    [Fact]
    public void Layers_of_one_input_round_it_once()
    {
        LinearInput input = ones(3, 8);
        Assert.Same(input.Quantized.Rows, input.Quantized.Rows);
    }

    // x (2, rows, from), W (to, from), b (to)
    private static (Tensor X, Tensor Weight, Tensor? Bias) Numbers(int rows, int from, int to, bool bias, ScalarType type) =>
        (Search.Numbers.Normal(1, 2, rows, from).to(type), Search.Numbers.Normal(2, to, from).to(type), bias ? Search.Numbers.Normal(3, to).to(type) : null);

    private static Tensor Exact(Tensor x, Tensor weight, Tensor? bias)
    {
        var products = x.to(ScalarType.Float64).matmul(weight.to(ScalarType.Float64).t());
        return bias is null ? products : products.Add(bias.to(ScalarType.Float64));
    }

    private static (Tensor Steps, Tensor Scales) Rounded(Tensor rows)
    {
        var precise = rows.to(ScalarType.Float64);
        var scales = precise.abs().amax([-1L], keepdim: true).Mul(1.0 / 127);
        return (precise.div(scales).round(), scales);
    }
}

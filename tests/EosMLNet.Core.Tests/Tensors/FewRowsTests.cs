using EosMLNet.Models;
using EosMLNet.Tensors;
using EosMLNet.Tests.Search;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Tensors;

public sealed class FewRowsTests : IDisposable
{
    private static readonly ScalarType[] Types = [ScalarType.Float32, ScalarType.BFloat16, ScalarType.Int8];
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    // Layouts that oneDNN uses on some processor, or might.
    public static TheoryData<int, int, int, int> Layouts => new()
    {
        { 64, 64, 64, 0 }, { 200, 132, 64, 12 }, { 200, 512, 48, 0 }, { 72, 260, 32, 3 }, { 33, 100, 24, 0 }, { 5, 8, 8, 1 }, { 1, 4, 16, 0 }, { 640, 1028, 64, 7 },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Products_are_exact_to_the_rounding_of_their_result(int to, int from, int block, int filling)
    {
        if (!FewRows.AreThere)
            return;
        foreach (var type in Types)
        {
            foreach (var inputType in type == ScalarType.Int8 ? Types[..2] : [type])
            {
                for (var rows = 1; rows <= 4; rows++)
                {
                    using var each = NewDisposeScope();
                    var weight = type == ScalarType.Int8 ? Numbers.Normal(2, to, from).Mul(40).clamp(Scalars.Literal(-127), Scalars.Literal(127)).to(type) : Numbers.Normal(2, to, from).to(type);
                    var scales = type == ScalarType.Int8 ? Numbers.Normal(4, to).abs().Mul(0.01).to(ScalarType.Float32) : null;
                    var bias = rows % 2 == 0 ? Numbers.Normal(3, to).to(inputType) : null;
                    var x = Numbers.Normal(rows, 1, rows, from).to(inputType);
                    var few = new FewRows(Layout(weight, block, filling), Packed(weight, block, filling), scales, bias);
                    Assert.Equal(rows <= few.Most, few.Take(x));

                    var found = few.Apply(x);

                    Assert.Equal((inputType, $"1 {rows} {to}"), (found.dtype, string.Join(' ', found.shape)));
                    AssertNear(Exact(x, weight, scales, bias), found, Math.Sqrt(from) * 1e-5);
                }
            }
        }
    }

    [Fact]
    public void Products_with_what_oneDNN_has_laid_out_are_right_whatever_the_layout_is()
    {
        foreach (var type in Types.Where(type => type == ScalarType.Int8 ? CpuSpeed.HasInt8 : OneDnn.Packs(type)))
        {
            foreach (var (to, from) in new[] { (16, 32), (64, 64), (100, 96), (256, 128), (328, 520), (1000, 64), (48, 2048) })
            {
                using var each = NewDisposeScope();
                var weight = type == ScalarType.Int8 ? Numbers.Normal(2, to, from).Mul(40).clamp(Scalars.Literal(-127), Scalars.Literal(127)).to(type) : Numbers.Normal(2, to, from).to(type);
                var scales = type == ScalarType.Int8 ? Numbers.Normal(4, to).abs().Mul(0.01).to(ScalarType.Float32) : null;
                if ((scales is null ? OneDnn.TryPack(weight) : OneDnn.PackQuantized(weight)) is not { } packed)
                    continue;
                var layer = Linear.Of(name => name == "l.weight" ? packed : scales!, "l", bias: false);
                for (var rows = 1; rows <= 5; rows++)
                {
                    var x = Numbers.Normal(rows, rows, from).to(scales is null ? type : ScalarType.Float32);
                    AssertNear(Exact(x, weight, scales, null), layer.Apply(x), Math.Sqrt(from) * 1e-5);
                }
            }
        }
    }

    [Fact]
    public void Sums_of_8_bits_are_those_of_oneDNN_to_the_bit()
    {
        if (!CpuSpeed.HasInt8)
            return;
        var weight = Numbers.Normal(2, 192, 320).Mul(40).clamp(Scalars.Literal(-127), Scalars.Literal(127)).to(ScalarType.Int8);
        var scales = Numbers.Normal(4, 192).abs().to(ScalarType.Float32);
        var packed = OneDnn.PackQuantized(weight);
        var x = Numbers.Normal(5, 3, 320).to(ScalarType.Float32);
        var (rows, steps) = new LinearInput(x).Quantized;

        var found = new FewRows(Layout(weight, 64, 0), Packed(weight, 64, 0), scales, null).Apply(x);

        Assert.True(found.equal(OneDnn.Quantized(rows, packed, scales, ScalarType.Float32).mul_(steps)).all().item<bool>());
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void The_same_input_gives_the_same_bytes_however_many_threads_ask(ScalarType type)
    {
        if (!FewRows.AreThere)
            return;
        var weight = Numbers.Normal(2, 640, 512).to(type);
        var few = new FewRows(Layout(weight, 64, 0), Packed(weight, 64, 0), null, null);
        Tensor[] inputs = [.. Enumerable.Range(1, 4).Select(rows => Numbers.Normal(rows, rows, 512).to(type))];
        byte[][] expected = [.. inputs.Select(Bytes)];

        Parallel.For(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 6 }, caller =>
        {
            using var unrecorded = no_grad();
            for (var turn = 0; turn < 50; turn++)
                Assert.Equal(expected[(caller + turn) % 4], Bytes(inputs[(caller + turn) % 4]));
        });

        byte[] Bytes(Tensor x)
        {
            using var each = NewDisposeScope();
            return few.Apply(x).bytes.ToArray();
        }
    }

    [Fact]
    public void Nothing_is_left_behind()
    {
        if (!FewRows.AreThere)
            return;
        var weight = Numbers.Normal(2, 128, 64).to(ScalarType.BFloat16);
        var few = new FewRows(Layout(weight, 64, 0), Packed(weight, 64, 0), null, null);
        var x = Numbers.Normal(1, 1, 64).to(ScalarType.BFloat16);
        var before = Tensor.TotalCount;
        for (var turn = 0; turn < 10; turn++)
            few.Apply(x).Dispose();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Inputs_of_more_rows_other_types_and_other_places_are_not_taken()
    {
        if (!FewRows.AreThere)
            return;
        var weight = Numbers.Normal(2, 64, 32).to(ScalarType.Float32);
        var few = new FewRows(Layout(weight, 64, 0), Packed(weight, 64, 0), null, null);
        Assert.True(few.Take(ones(1, 2, 32)));
        Assert.False(few.Take(ones(3, 32)));
        Assert.False(few.Take(ones(1, 33)));
        Assert.False(few.Take(ones(2, 16)));
        Assert.False(few.Take(ones([1, 32], ScalarType.BFloat16)));
        Assert.False(few.Take(ones(32, 2).t()));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void An_input_that_is_not_finite_is_not_hidden_and_its_neighbours_do_not_matter(float value)
    {
        if (!FewRows.AreThere)
            return;
        foreach (var type in Types)
        {
            var weight = ones([64, 36], type);
            var few = new FewRows(Layout(weight, 64, 0), Packed(weight, 64, 0), type == ScalarType.Int8 ? ones(64) : null, null);
            foreach (var place in new[] { 0, 20, 35 })
            {
                var x = ones([2, 36], type == ScalarType.Int8 ? ScalarType.Float32 : type);
                x.narrow(0, 0, 1).narrow(1, place, 1).fill_(Scalars.Literal(value));
                var found = few.Apply(x).to(ScalarType.Float32);
                Assert.False(found[0].isfinite().any().item<bool>());
                Assert.Equal(36, found[1][7].item<float>(), 0.001f);
            }
        }
    }

    private static PackedLayout Layout(Tensor weight, int block, int filling)
    {
        var words = (int)(weight.shape[1] * weight.element_size() / sizeof(uint));
        return new PackedLayout((int)weight.shape[0], words, block, words + filling);
    }

    // Rows and words that fill up are of numbers that would be noticed.
    private static Tensor Packed(Tensor weight, int block, int filling)
    {
        var layout = Layout(weight, block, filling);
        var inWord = sizeof(uint) / weight.element_size();
        var padded = Scalars.Full(99, [layout.Blocks * block, layout.BlockWords * inWord], weight.dtype);
        padded.narrow(0, 0, weight.shape[0]).narrow(1, 0, weight.shape[1]).copy_(weight);
        return padded.view(layout.Blocks, block, layout.BlockWords, inWord).transpose(1, 2).contiguous();
    }

    private static Tensor Exact(Tensor x, Tensor weight, Tensor? scales, Tensor? bias)
    {
        var precise = weight.to(ScalarType.Float64);
        var input = x.to(ScalarType.Float64);
        if (scales is not null)
        {
            var (rows, steps) = new LinearInput(x).Quantized;
            input = rows.to(ScalarType.Float64).Add(-(double)OneDnn.Zero).mul(steps).view(x.shape);
            precise = precise.mul(scales.to(ScalarType.Float64).unsqueeze(1));
        }
        var products = input.matmul(precise.t());
        return bias is null ? products : products.Add(bias.to(ScalarType.Float64));
    }

    // Half a step of bfloat16, and what sums in float32 differ by.
    private static void AssertNear(Tensor expected, Tensor found, double sums)
    {
        var allowed = expected.abs().Mul(found.dtype == ScalarType.BFloat16 ? 1.0 / 256 : 1e-5).Add(sums);
        Assert.True(found.to(ScalarType.Float64).sub(expected).abs().le(allowed).all().item<bool>(), $"{found.dtype} {string.Join(' ', found.shape)}");
    }
}

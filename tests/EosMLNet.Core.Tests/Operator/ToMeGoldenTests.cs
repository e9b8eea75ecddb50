using EosMLNet.Operator;
using EosMLNet.Tensors;
using EosMLNet.Tests.Plans;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

/// <summary>The bipartite merge against the output of ToMe's own code. ToMe orders what is left by set; the operator by position: rows are matched by the token they stand for.</summary>
public class ToMeGoldenTests
{
    [Theory]
    [InlineData("main", "wavg_x", "wavg_size", null)]
    [InlineData("main", "wavg_sized_x", "wavg_sized_size", "size_in")]
    [InlineData("clamp", "wavg_x", "wavg_size", null)]
    [InlineData("round2", "wavg_x", "wavg_size", null)]
    [InlineData("round2", "wavg_sized_x", "wavg_sized_size", "size_in")]
    public void A_round_keeps_the_same_tokens_and_gives_them_the_same_values_and_sizes(string round, string values, string sizes, string? sizesBefore)
    {
        using var scope = NewDisposeScope();
        using var golden = SafetensorsFile.Open(GoldenFiles.At("tome-golden.safetensors"));
        var x = Read("x");                                                                          // (1, n, d)
        var n = (int)x.size(1);
        var mass = sizesBefore is null ? ones(1, n) : Read(sizesBefore).squeeze(-1);
        var input = new SiteInput(x, mass, EosMLNet.Tensors.Scalars.Arange(n).unsqueeze(0), new VisualGrid(1, n), Keys: Read("metric"));

        var unmerged = Read("unm_idx").data<long>().Select(even => 2 * even).ToList();
        List<long> tokens = [.. unmerged, .. Enumerable.Range(0, n / 2).Select(odd => 2L * odd + 1)]; // of ToMe's rows
        var reduced = ReductionOperator.Reduce(input, Baselines.ToMe(PlanModels.Scenes, 16).Sites[0] with { Keep = tokens.Count });

        Assert.Equal(tokens.Order(), reduced.Anchors.data<long>());
        var rows = tensor(tokens.Order().Select(token => (long)tokens.IndexOf(token)).ToArray());
        AssertClose(Read(values).index_select(1, rows), reduced.Tokens, 1e-5);
        AssertClose(Read(sizes).squeeze(-1).index_select(1, rows), reduced.Mass, 0);

        Tensor Read(string name) => golden.Read($"{round}.{name}");
    }

    [Theory]
    [InlineData("wavg_x", "wavg_size", null)]
    [InlineData("wavg_sized_x", "wavg_sized_size", "size_in")]
    public void With_a_protected_class_token_a_round_in_the_tower_gives_the_same(string values, string sizes, string? sizesBefore)
    {
        using var scope = NewDisposeScope();
        using var golden = SafetensorsFile.Open(GoldenFiles.At("tome-golden.safetensors"));
        var patches = (int)Read("x").size(1) - 1;
        var mass = sizesBefore is null ? ones(1, patches) : Patches(Read(sizesBefore)).squeeze(-1);
        var input = new SiteInput(Patches(Read("x")), mass, EosMLNet.Tensors.Scalars.Arange(patches).unsqueeze(0), new VisualGrid(1, patches), Keys: Patches(Read("metric")), Offset: 1);

        List<long> tokens = [.. Read("unm_idx").data<long>().Select(even => 2 * even), .. Enumerable.Range(0, patches / 2).Select(odd => 2L * odd + 1)]; // of ToMe's rows
        Assert.Equal(0, tokens[0]);
        var reduced = ReductionOperator.Reduce(input, ReductionPresets.ToMeTower(patches, [(int)Read("r").item<long>()])[0]);

        var staying = tokens.Where(token => token > 0).Order().ToArray();
        Assert.Equal(staying.Select(token => token - 1), reduced.Anchors.data<long>());
        var rows = tensor(staying.Select(token => (long)tokens.IndexOf(token)).ToArray());
        AssertClose(Read(values).index_select(1, rows), reduced.Tokens, 1e-5);
        AssertClose(Read(sizes).squeeze(-1).index_select(1, rows), reduced.Mass, 0);

        Tensor Read(string name) => golden.Read($"cls.{name}");
        static Tensor Patches(Tensor x) => x.narrow(1, 1, x.size(1) - 1);
    }

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance) =>
        Assert.Equal(Sample.Flat(expected), Sample.Flat(actual), (p, q) => Math.Abs(p - q) <= tolerance);
}

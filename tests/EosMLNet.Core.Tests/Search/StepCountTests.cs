using EosMLNet.Search;
using EosMLNet.Tensors;
using EosMLNet.Tests.LibTorch;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

/// <summary>How much a step of a search gives to the device, and how often it waits for it: upper bounds, counted on the CPU.</summary>
public sealed class StepCountTests
{
    private const int Rows = 3;

    private static readonly SearchSettings Settings = new()
    {
        Constraints = new() { MeanVisualTokens = 6 }, RelevanceRank = 4, Steps = 4, BatchSize = Rows, ValidationQuestions = 1, SnapToCorners = false, TryCounts = false,
    };

    // How often each site is run forward, by how a step is run. Five kernels a layer are casts around its attention, on a CPU alone.
    public static TheoryData<int?, int?, int, int> Ways => new() { { null, null, 1, 2555 }, { 1, null, Rows, 7140 }, { null, 2, 2, 3752 }, { 1, 2, 2 * Rows, 10698 } };

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_step_is_waited_for_five_times_a_site_and_once_for_its_loss(int? rows, int? layers, int runs, int kernels)
    {
        using var scope = NewDisposeScope();
        using var model = SearchSample.Model(dtype: ScalarType.BFloat16);
        using var data = SearchSample.Data(model, Rows, 1, 1);
        using var basis = ScoreBasis.Of(model, data, data.Rows, 4, ComputeType.Of(model.DataType));
        using var variables = new SearchVariables(model, Settings, basis);
        variables.MeetBudget();
        var sites = variables.Sites();
        data.Images.Get(PackedRow.ImagesOf(data.Rows)); // encoded before
        var gradient = new StepGradient(model, new SearchForward(model), Settings with { MicroBatch = rows, RecomputedLayers = layers }, unreduced: null);
        var found = OperatorCounts.Of(() => gradient.Backward(data.Rows, data.Images, sites, 0.5, [.. variables.Budget.Constraints.Select(constraint => (constraint, 0.5))], guard: null));
        // What a site keeps, scores, similarities, and two thresholds.
        Assert.True(found.Reads <= 5 * sites.Count * runs + 1, $"{found}");
        Assert.True(found.KernelCount <= kernels, $"{found}");
    }

    [Fact]
    public void Around_it_a_step_is_waited_for_twelve_times()
    {
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, Rows, 1, 1);
        data.Images.Get(PackedRow.ImagesOf(data.Rows));
        int[] reads = [.. new[] { 0, 0, 1 }.Select(more => Run(Settings.Steps + more))];
        Assert.True(reads[2] - reads[1] <= 5 * model.LayerCount + 1 + 12, $"{reads[2] - reads[1]}");

        int Run(int steps) => OperatorCounts.Of(() =>
        {
            using var scope = NewDisposeScope();
            new OperatorSearch(model, Settings with { Steps = steps, Frozen = new() { Activation = 1 } }).RunFront([Settings.Constraints], data, data, progress: null, cancellation: default);
        }).Reads;
    }
}

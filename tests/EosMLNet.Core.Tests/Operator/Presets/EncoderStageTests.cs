using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using EosMLNet.Tests.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator.Presets;

/// <summary>Sites in front of the decoder on a whole model, the random checkpoint of Golden in float64 (16 patches, 2 tower blocks, 4 decoder layers), against the plain tower.</summary>
public sealed class EncoderStageTests : IDisposable
{
    private readonly LlavaModel model = LlavaModel.Load(GoldenFiles.TinyLlava, ModelDataType.Float64);
    private readonly SafetensorsFile golden = SafetensorsFile.Open(GoldenFiles.At("golden-tiny-llava.safetensors"));

    public void Dispose()
    {
        golden.Dispose();
        model.Dispose();
    }

    [Theory]
    [InlineData("a", new[] { 5, 3 })]
    [InlineData("b", new[] { 8, 4 })]
    [InlineData("c", new[] { 0, 6 })]
    public void ToMe_in_the_tower_is_the_published_transformer(string name, int[] merged)
    {
        using var scope = NewDisposeScope();
        var tower = new PlainTower(model.Weights, 4);
        var x = tower.Embed(golden.Read($"{name}.pixel_values"), 14);
        var (sizes, places) = (Enumerable.Repeat(1.0, 17).ToArray(), Enumerable.Range(-1, 17).ToArray());
        for (var block = 0; block < 2; block++)
        {
            var (attended, keys, _) = tower.Attend(block, x, sizes);
            (var left, x, sizes) = PlainEncoderPresets.ToMe(attended, [.. keys.Select(tower.HeadMean)], sizes, merged[block]);
            places = [.. left.Select(place => places[place])];
            x = tower.Feed(block, x);
        }
        var (feature, vision) = Encode(name, ReductionPresets.ToMeTower(16, merged));
        AssertClose(x.Skip(1), feature);
        Assert.Equal(places.Skip(1).Select(place => (long)place), vision.Kept!.data<long>());
        AssertClose([[.. sizes.Skip(1)]], vision.Mass!);
    }

    [Fact]
    public void VisionZip_and_PruMerge_are_the_published_ones_on_the_feature_of_the_tower()
    {
        using var scope = NewDisposeScope();
        foreach (var name in new[] { "a", "c" })
        {
            var tower = new PlainTower(model.Weights, 4);
            var (x, ones) = (tower.Embed(golden.Read($"{name}.pixel_values"), 14), Enumerable.Repeat(1.0, 17).ToArray());
            x = tower.Feed(0, tower.Attend(0, x, ones).Hidden);
            var (attended, keys, attention) = tower.Attend(1, x, ones);
            double[][] patches = [.. tower.Feed(1, attended).Skip(1)];
            keys = [.. keys.Skip(1)];
            attention = [.. attention.Skip(1)];

            Same(ReductionPresets.VisionZip(4, 2), PlainEncoderPresets.VisionZip(patches, [.. keys.Select(tower.HeadMean)], attention, 4, 2));
            Same(ReductionPresets.PruMerge(5, 6), PlainEncoderPresets.PruMerge(patches, keys, attention, 4, 0, 6));
            Same(ReductionPresets.PruMergePlus(8, 5, 6), PlainEncoderPresets.PruMerge(patches, keys, attention, 2, 5, 6));

            void Same(IReadOnlyList<ReductionSite> preset, (int[] Places, double[][] Tokens) published)
            {
                var (feature, vision) = Encode(name, preset);
                AssertClose(published.Tokens, feature);
                Assert.Equal(published.Places.Select(place => (long)place), vision.Kept!.data<long>());
                AssertClose([[.. published.Places.Select(place => attention[place])]], vision.ClsAttention!);
            }
        }
    }

    [Fact]
    public void The_decoder_gets_what_is_left_in_its_own_places()
    {
        using var scope = NewDisposeScope();
        var plan = Plan([.. ReductionPresets.ToMeTower(16, [4]), .. ReductionPresets.VisionZip(5, 2), .. ReductionPresets.FastV(2, 3)]);
        Assert.Equal([7, 7, 3, 3], plan.Ledger.VisualTokensPerLayer);
        using var batch = Batch(plan, ["a"]);
        var lengths = new List<long>();
        new ReducedModel(model, plan).Forward(batch, (name, value) =>
        {
            if (name.StartsWith("layer_out."))
                lengths.Add(value.shape[1]);
        });
        Assert.Equal([13 + 7, 13 + 7, 13 + 3, 13 + 3], lengths);

        using var sequence = new TokenSequence(model, batch);
        var places = batch.Vision!.Kept!.Add(4).flatten();                   // the image of case a begins at position 4
        var expected = model.Rotary(cat([Scalars.Arange(4), places, Scalars.Arange(9).Add(20)]).unsqueeze(0));
        Assert.True(expected.Cos.equal(sequence.Rotary.Cos).all().item<bool>());
        Assert.Equal(29, sequence.NextPosition(0).item<long>());
        Assert.True(batch.Vision.Features.equal(sequence.Hidden.narrow(1, 4, 7)).all().item<bool>());
        Assert.Equal(Sample.Flat(batch.Vision.Mass!), Sample.Flat(sequence.VisualMass));
        Assert.Equal(16, sequence.VisualMass.sum().item<float>(), 4);
    }

    [Fact]
    public void A_stride_in_the_encoder_is_a_stride_in_front_of_layer_0()
    {
        using var scope = NewDisposeScope();
        var decoder = Plan(ReductionPresets.Stride(6));
        var projector = Plan([ReductionPresets.Stride(6)[0] with { Stage = ReductionStage.Projector }]);
        Assert.Equal(decoder.Ledger.VisualTokensPerLayer, projector.Ledger.VisualTokensPerLayer);
        Assert.Equal(decoder.Ledger.MacsRatio, projector.Ledger.MacsRatio);
        using var early = Batch(projector, ["a", "b"]);
        using var late = Batch(decoder, ["a", "b"]);
        var difference = new ReducedModel(model, projector).Forward(early) - new ReducedModel(model, decoder).Forward(late);
        Assert.True(difference.abs().max().item<double>() < 1e-9);
    }

    [Fact]
    public void A_batch_answers_like_single_rows_and_leaves_no_tensor_behind()
    {
        using var scope = NewDisposeScope();
        var plan = Plan([.. ReductionPresets.ToMeTower(16, [3, 3]), .. ReductionPresets.PruMerge(6, 4), .. ReductionPresets.FastV(1, 4)]);
        var reduced = new ReducedModel(model, plan);
        string[] names = ["a", "b", "c"];
        var alone = names.Select(Answer).ToArray();
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        using (NewDisposeScope())
        {
            using var batch = Batch(plan, names);
            var together = reduced.Generate(batch, 6);
            for (var row = 0; row < names.Length; row++)
            {
                Assert.Equal(alone[row].Ids[0], together.Ids[row]);
                Assert.Equal(alone[row].MeanProbability[0], together.MeanProbability[row], 6);
            }
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);

        Generation Answer(string name)
        {
            using var batch = Batch(plan, [name]);
            return reduced.Generate(batch, 6);
        }
    }

    [Fact]
    public void Proportional_attention_in_front_of_the_projector_acts_in_the_decoder_and_in_the_tower_only_there()
    {
        using var scope = NewDisposeScope();
        var tower = ReductionPresets.ToMeTower(16, [6]);
        using var plain = Batch(Plan(tower), ["a"]);
        using var sequence = new TokenSequence(model, plain);
        Assert.Null(sequence.KeyBias);
        using var projected = Batch(Plan([.. tower, PlanModels.Site(8, ScoreCriterion.FeatureNorm) with { Stage = ReductionStage.Projector, Transfer = 1, ProportionalAttention = 0.5 }]), ["a"]);
        using var weighted = new TokenSequence(model, projected);
        var bias = weighted.KeyBias!.narrow(1, 4, 8);
        Assert.Equal(Sample.Flat(projected.Vision!.Mass!).Select(mass => 0.5 * Math.Log(mass)), Sample.Flat(bias), (p, q) => Math.Abs(p - q) <= 1e-6);
    }

    [Fact]
    public void Images_that_were_encoded_under_another_plan_are_refused()
    {
        using var scope = NewDisposeScope();
        var (zip, again, late) = (Plan(ReductionPresets.VisionZip(4, 2)), Plan(ReductionPresets.VisionZip(4, 2)), Plan(ReductionPresets.Stride(6)));
        foreach (var (encoded, run) in new[] { (late, zip), (zip, late), (zip, again) })
        {
            using var batch = Batch(encoded, ["a"]);
            Assert.Equal(EosErrors.ModelInput, Assert.Throws<EosException>(() => new ReducedModel(model, run).Forward(batch)).Code);
        }
        using var fit = Batch(late, ["a"]);
        new ReducedModel(model, Plan(ReductionPresets.Random(3))).Forward(fit);
    }

    [Fact]
    public void The_search_refuses_sites_that_it_cannot_run() =>
        Assert.Equal(EosErrors.InvalidOption, Assert.Throws<EosException>(() => EosMLNet.Search.SoftSite.Of(Plan(ReductionPresets.VisionZip(4, 2)), ScalarType.Float64, CPU)).Code);

    private ReductionPlan Plan(IEnumerable<ReductionSite> sites) => ReductionPlan.Create(model.ToPlanModel(), sites);

    private (double[] Feature, VisionOutput Vision) Encode(string name, IReadOnlyList<ReductionSite> preset)
    {
        double[]? feature = null;
        var vision = model.EncodeImages(golden.Read($"{name}.pixel_values").to(ScalarType.Float64), (tapped, value) =>
        {
            if (tapped == "vision.feature")
                feature = Sample.Flat(value);
        }, Plan(preset));
        return (feature!, vision);
    }

    private PromptBatch Batch(ReductionPlan plan, string[] names)
    {
        using var scope = NewDisposeScope();
        var prompts = names.Select(name => golden.Read($"{name}.input_ids_unexpanded").data<long>().Select(id => (int)id).ToArray()).ToArray();
        return PromptBatch.Create(model, prompts, model.EncodeImages(cat([.. names.Select(name => golden.Read($"{name}.pixel_values"))]).to(ScalarType.Float64), plan: plan));
    }

    private static void AssertClose(IEnumerable<double[]> expected, double[] actual) =>
        Assert.Equal(expected.SelectMany(token => token), actual, (p, q) => Math.Abs(p - q) <= 1e-5);

    private static void AssertClose(IEnumerable<double[]> expected, Tensor actual) => AssertClose(expected, Sample.Flat(actual));
}

using EosMLNet.Engines;
using EosMLNet.Models;
using EosMLNet.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace EosMLNet.Tests.Engines;

public sealed class FeatureCacheTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private const long BytesOfOne = 4 * sizeof(float);
    private readonly MLContext ml = new(seed: 1);

    [Fact]
    public void Images_with_equal_pixels_are_encoded_once_and_come_in_their_order()
    {
        using var cache = Cache(limit: 100 * BytesOfOne);

        Assert.Equal([1, 2, 1], Get(cache, 1, 2, 1));
        Assert.Equal([2, 3], Get(cache, 2, 3));

        Assert.Equal(3, cache.Encoded);
        Assert.Equal(3 * BytesOfOne, cache.Bytes);
    }

    [Fact]
    public void The_images_asked_for_last_are_kept_and_no_more_than_the_limit()
    {
        using var cache = Cache(limit: 2 * BytesOfOne + 1);
        Get(cache, 1);
        Get(cache, 2);
        Get(cache, 1);
        Get(cache, 3);
        Assert.Equal(2 * BytesOfOne, cache.Bytes);

        Get(cache, 1);
        Assert.Equal(3, cache.Encoded);
        Get(cache, 2);
        Assert.Equal(4, cache.Encoded);
        Assert.Equal([1, 2, 3, 4, 5], Get(cache, 1, 2, 3, 4, 5)); // more at once than are kept
        Assert.Equal(2 * BytesOfOne, cache.Bytes);
    }

    [Fact]
    public void What_is_larger_than_the_limit_is_not_kept()
    {
        using var cache = Cache(limit: BytesOfOne - 1);

        Assert.Equal([1, 1], Get(cache, 1, 1));
        Assert.Equal([1], Get(cache, 1));

        Assert.Equal((2, 0L), (cache.Encoded, cache.Bytes));
    }

    [Fact]
    public void A_disposed_cache_leaves_no_tensor_behind()
    {
        var before = LiveTensors();
        using (var cache = Cache(limit: 2 * BytesOfOne))
        {
            Get(cache, 1, 2, 3);
            Assert.Equal(before + 2, LiveTensors());
        }

        Assert.Equal(before, LiveTensors());
    }

    [Fact]
    public void Many_threads_get_what_they_ask_for()
    {
        using var cache = Cache(limit: 3 * BytesOfOne);

        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            byte[] wanted = [(byte)(i % 7), (byte)(i % 5), (byte)(i * 31 % 11)];
            Assert.Equal(wanted.Select(x => (int)x), Get(cache, wanted));
        });

        Assert.InRange(cache.Bytes, 1, 3 * BytesOfOne);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_image_is_encoded_once_and_the_answers_are_those_without_a_cache(bool inEncoder)
    {
        var plan = inEncoder ? EncoderPlan() : tiny.Plan();
        using var plain = tiny.Fit(ml, options => options.PlanPath = plan);
        using var keeping = tiny.Fit(ml, options => (options.PlanPath, options.ImageCacheBytes) = (plan, 1 << 20));
        var images = TinyModel.Torch(keeping.LastTransformer).Images!;

        var first = TinyModel.Answers(ml, keeping.Transform(tiny.Data(ml)));
        Assert.Equal(6, images.Encoded);
        var second = TinyModel.Answers(ml, keeping.Transform(tiny.Data(ml)));

        Assert.Equal(6, images.Encoded);
        Assert.Equal(first.Select(a => (a.PredictedAnswer, a.Score)), second.Select(a => (a.PredictedAnswer, a.Score))); // to the bit
        Same.Answers(TinyModel.Answers(ml, plain.Transform(tiny.Data(ml))), first);
    }

    [Fact]
    public void Answers_do_not_depend_on_how_little_is_kept()
    {
        using var much = tiny.Fit(ml, options => options.ImageCacheBytes = 1 << 20);
        using var none = tiny.Fit(ml, options => options.ImageCacheBytes = 1);

        Assert.Equal(
            TinyModel.Answers(ml, much.Transform(tiny.Data(ml))).Select(a => (a.PredictedAnswer, a.Score)),
            TinyModel.Answers(ml, none.Transform(tiny.Data(ml))).Select(a => (a.PredictedAnswer, a.Score)));
        Assert.Equal(0, TinyModel.Torch(none.LastTransformer).Images!.Bytes);
    }

    [Fact]
    public void A_prediction_engine_encodes_an_image_once_for_all_its_questions()
    {
        using var model = tiny.Fit(ml, options => options.ImageCacheBytes = 1 << 20);
        using var engine = ml.Model.CreatePredictionEngine<VqaRow, VqaAnswer>(model, new PredictionEngineOptions { OwnsTransformer = false });

        foreach (var row in tiny.Rows)
            engine.Predict(row);

        Assert.Equal(6, TinyModel.Torch(model.LastTransformer).Images!.Encoded);
    }

    [Fact]
    public void The_limit_is_saved_with_the_model()
    {
        using var model = tiny.Fit(ml, options => options.ImageCacheBytes = 12_345);
        ml.Model.Save(model, tiny.Data(ml).Schema, tiny["cache.zip"]);

        using var loaded = (TransformerChain<ITransformer>)ml.Model.Load(tiny["cache.zip"], out _);

        Assert.Equal(12_345, Assert.IsType<VisionLanguageTransformer>(loaded.LastTransformer).Settings.ImageCacheBytes);
    }

    [Fact]
    public void Without_the_option_nothing_is_kept_and_a_negative_one_is_refused()
    {
        using var model = tiny.Fit(ml);

        Assert.Null(TinyModel.Torch(model.LastTransformer).Images);
        Expect.Error(EosErrors.InvalidOption, () => tiny.Fit(ml, options => options.ImageCacheBytes = -1), "ImageCacheBytes", "-1");
    }

    private string EncoderPlan()
    {
        using var model = LlavaModel.Load(tiny.ModelPath);
        Baselines.VisionZip(model.ToPlanModel(), meanTokens: 6).Save(tiny["encoder-plan.json"]);
        return tiny["encoder-plan.json"];
    }

    // An encoder that sees the first byte only.
    private static FeatureCache<VisionOutput> Cache(long limit) => TorchModel.Cache((image, _) => new VisionOutput(Scalars.Full(((RgbImage)image).Pixels.Span[0], [1, 2, 2], torch.ScalarType.Float32), null), limit);

    private static int[] Get(FeatureCache<VisionOutput> cache, params byte[] images)
    {
        using var scope = torch.NewDisposeScope();
        var output = VisionOutput.Join(cache.Get([.. images.Select(value => (new RgbImage(1, 1, [value, 0, 0]), 1))]));
        return [.. output.Stacked()[torch.TensorIndex.Colon, 0, 0].to(torch.ScalarType.Int32).data<int>()];
    }

    private static long LiveTensors() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}

using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Execution;

/// <summary>What holds of a model that runs under a plan, on the random checkpoint of Golden (16 visual tokens, 4 layers).</summary>
public sealed class ReducedModelTests : IDisposable
{
    private readonly LlavaModel model = LlavaModel.Load(GoldenFiles.TinyLlava);
    private readonly SafetensorsFile golden = SafetensorsFile.Open(GoldenFiles.At("golden-tiny-llava.safetensors"));

    public void Dispose()
    {
        golden.Dispose();
        model.Dispose();
    }

    [Theory]
    [InlineData("tiny-llava", "golden-tiny-llava")]
    [InlineData("tiny-llava-sharded-bf16", "golden-tiny-llava-sharded-bf16")]
    public void Greedy_answers_are_those_of_transformers(string folder, string file)
    {
        using var scope = NewDisposeScope();
        using var other = LlavaModel.Load(GoldenFiles.At(folder), ModelDataType.Float32);
        using var numbers = SafetensorsFile.Open(GoldenFiles.At(file + ".safetensors"));
        var unreduced = new ReducedModel(other, ReductionPlan.Identity(other.ToPlanModel()));
        foreach (var name in new[] { "a", "b", "c", "d", "e", "ab" })
            foreach (var suffix in new[] { "", "_unexpanded" })
            {
                var ids = Rows(numbers.Read($"{name}.input_ids{suffix}"), numbers.Read($"{name}.attention_mask{suffix}"));
                using var batch = PromptBatch.Create(other, ids, Vision(other, numbers, name));
                var expected = Rows(numbers.Read($"{name}.generated_ids"), null);
                Assert.Equal(expected, unreduced.Generate(batch, 12).Ids);
            }
    }

    [Theory]
    [InlineData("golden-tiny-llava", "tiny-llava")]
    [InlineData("golden-tiny-llava-sharded-bf16", "tiny-llava-sharded-bf16")]
    public void In_double_precision_the_logits_agree_to_nine_digits(string file, string folder)
    {
        using var scope = NewDisposeScope();
        using var precise = LlavaModel.Load(GoldenFiles.At(folder), ModelDataType.Float64);
        using var inputs = SafetensorsFile.Open(GoldenFiles.At(file + ".safetensors"));
        using var numbers = SafetensorsFile.Open(GoldenFiles.At(file + "-f64logits.safetensors"));
        var unreduced = new ReducedModel(precise, ReductionPlan.Identity(precise.ToPlanModel()));
        foreach (var name in new[] { "a", "b", "c", "d", "e", "ab" })
        {
            var mask = inputs.Read($"{name}.attention_mask");
            using var batch = PromptBatch.Create(precise, Rows(inputs.Read($"{name}.input_ids"), mask), Vision(precise, inputs, name));
            var valid = mask.to(ScalarType.Bool);
            var difference = (unreduced.Forward(batch) - numbers.Read($"{name}.logits")).abs()[valid].max().item<double>();
            Assert.True(difference < 1e-9, $"{name}: off by {difference}");
        }
    }

    [Fact]
    public void The_identity_plan_is_the_unreduced_model_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var batch = PromptBatch.Create(model, Prompts("a"), Vision(model, golden, "a"));
        var hidden = model.EmbedTokens(golden.Read("a.input_ids"));
        hidden = hidden.masked_scatter(golden.Read("a.input_ids").Eq(model.ImageTokenId).unsqueeze(-1), batch.Vision!.Features);
        var rotary = model.Rotary(golden.Read("a.position_ids"));
        for (var layer = 0; layer < model.LayerCount; layer++)
            hidden = model.RunLayer(layer, hidden, rotary, bias: null);
        var reduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel())).Forward(batch);
        Assert.True(reduced.equal(model.Logits(hidden)).all().item<bool>());
    }

    [Fact]
    public void Rows_of_an_attention_bias_begin_at_multiples_of_sixteen_which_GPUs_need_not_copy()
    {
        using var scope = NewDisposeScope();
        using var batch = PromptBatch.Create(model, [[1, model.ImageTokenId, 11, 12], [1, model.ImageTokenId, 11]], model.EncodeImages(ones(2, 3, 56, 56)));
        using var sequence = new TokenSequence(model, batch);
        Assert.Equal([2, 1, sequence.Length, sequence.Length], sequence.Bias!.shape);
        Assert.NotEqual(0, sequence.Length % 16);
        Assert.All(Enumerable.Range(0, 3), dimension => Assert.Equal(0, sequence.Bias.stride(dimension) % 16));
    }

    [Fact]
    public void Sequences_get_shorter_by_what_each_site_drops_and_text_tokens_are_untouched()
    {
        using var scope = NewDisposeScope();
        var lengths = new List<long>();
        Tensor? first = null;
        var reduced = new ReducedModel(model, Plan(Site(0, 9), Site(2, 4, ScoreCriterion.TextAttention)));
        using var batch = PromptBatch.Create(model, Prompts("a"), Vision(model, golden, "a"));
        reduced.Forward(batch, (name, value) =>
        {
            if (name.StartsWith("layer_out."))
                lengths.Add(value.shape[1]);
        });
        Assert.Equal([13 + 9, 13 + 9, 13 + 4, 13 + 4], lengths);

        using var sequence = new TokenSequence(model, batch);
        var before = sequence.Hidden.clone();
        sequence.Reduce(Site(0, 9), null);
        first = sequence.Hidden;
        Assert.True(before.narrow(1, 0, 4).equal(first.narrow(1, 0, 4)).all().item<bool>());
        Assert.True(before.narrow(1, 20, 9).equal(first.narrow(1, 13, 9)).all().item<bool>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Texts_that_share_a_prompt_are_answered_as_if_each_had_its_own(bool reduce)
    {
        using var scope = NewDisposeScope();
        var reduced = new ReducedModel(model, reduce
            ? Plan(Site(0, 9) with { Transfer = 0.3, Temperature = 0.2, ProportionalAttention = 0.7 }, Site(2, 4) with { Transfer = 1, Temperature = 0, ProportionalAttention = 0.5 })
            : Plan());
        int[] prompt = [1, 20, 30, model.ImageTokenId];
        (int Prompt, int[] Ids)[] texts = [(1, [40, 41, 42]), (0, [50]), (1, [60, 61]), (1, [40, 41, 42, 43, 44])];
        var vision = Vision(model, golden, "ab")!;
        using var whole = PromptBatch.Create(model, [.. texts.Select(text => (int[])[.. prompt, .. text.Ids])], vision.Select([.. texts.Select(text => text.Prompt)]));
        var expected = reduced.Generate(whole, 6);
        using var common = PromptBatch.Create(model, [prompt, prompt], vision.Select([0, 1]));
        var actual = reduced.GenerateAfter(common, texts, 6, default);
        Assert.Equal(expected.Ids, actual.Ids);
        Assert.All(expected.MeanProbability.Zip(actual.MeanProbability), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void Kept_tokens_keep_their_rotary_positions_and_decoding_goes_on_at_the_unreduced_length()
    {
        using var scope = NewDisposeScope();
        using var batch = PromptBatch.Create(model, Prompts("a"), Vision(model, golden, "a"));
        using var sequence = new TokenSequence(model, batch);
        sequence.Reduce(Site(0, 5), null);
        var places = tensor(sequence.Kept()[0]).Add(4);                     // the image of case a begins at position 4
        var expected = model.Rotary(cat([Scalars.Arange(4), places, Scalars.Arange(9).Add(20)]).unsqueeze(0));
        Assert.True(expected.Cos.equal(sequence.Rotary.Cos).all().item<bool>());
        Assert.Equal(29, sequence.NextPosition(0).item<long>());
        Assert.Equal(31, sequence.NextPosition(2).item<long>());
    }

    [Fact]
    public void A_batch_answers_like_single_rows_whatever_the_padding_and_the_number_of_images()
    {
        using var scope = NewDisposeScope();
        var plan = Plan(
            Site(0, 9) with { Transfer = 0.3, Temperature = 0.2, ProportionalAttention = 0.7 },
            Site(2, 4, ScoreCriterion.TextAttention) with { Transfer = 1, Temperature = double.PositiveInfinity, Reweight = 0.5, ProportionalAttention = 0.5 });
        var reduced = new ReducedModel(model, plan);
        int[] twoImages = [1, 17, 299, 205, 299, 88, 13, 7];
        var prompts = new List<int[]> { Prompts("a")[0], Prompts("b")[0], Prompts("d")[0], twoImages, Prompts("c")[0] };
        var images = new[] { "a", "b", "a", "c", "c" };                    // in order of appearance; d has none, the fourth row has two
        using var batch = PromptBatch.Create(model, prompts, Encode(images));
        var together = reduced.Generate(batch, 8);

        var taken = 0;
        for (var row = 0; row < prompts.Count; row++)
        {
            var count = row switch { 2 => 0, 3 => 2, _ => 1 };
            using var single = PromptBatch.Create(model, [prompts[row]], count == 0 ? null : Encode(images[taken..(taken + count)]));
            taken += count;
            var alone = reduced.Generate(single, 8);
            Assert.Equal(alone.Ids[0], together.Ids[row]);
            Assert.Equal(alone.MeanProbability[0], together.MeanProbability[row], 4);
        }
    }

    [Fact]
    public void Each_image_keeps_its_own_quota_and_mass_is_conserved()
    {
        using var scope = NewDisposeScope();
        using var batch = PromptBatch.Create(model, [[1, 299, 5, 299, 6], [1, 7, 299, 8]], Encode(["a", "b", "c"]));
        using var sequence = new TokenSequence(model, batch);
        sequence.Reduce(Site(0, 6) with { Transfer = 1, Temperature = 0.5 }, null);
        Assert.Equal([6, 6, 6], sequence.Kept().Select(kept => kept.Length));
        foreach (var mass in sequence.VisualMass.view(3, -1).sum(1).data<float>())
            Assert.Equal(16f, mass, 4);
        sequence.Reduce(Site(1, 2) with { Transfer = 1 }, null);
        foreach (var mass in sequence.VisualMass.view(3, -1).sum(1).data<float>())
            Assert.Equal(16f, mass, 4);
    }

    [Fact]
    public void Repeating_a_generation_gives_the_same_bits_and_leaves_no_tensor_behind()
    {
        var reduced = new ReducedModel(model, Plan(Site(0, 9) with { Transfer = 0.5, Temperature = 1 }, Site(1, 3)));
        var prompts = Prompts("a");
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        var answers = Enumerable.Range(0, 3).Select(_ =>
        {
            using var batch = PromptBatch.Create(model, prompts, Encode(["a"]));
            return reduced.Generate(batch, 6).MeanProbability[0];
        }).ToArray();
        Assert.Single(answers.Distinct());
        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Sixteen_threads_get_the_answer_that_one_gets()
    {
        var reduced = new ReducedModel(model, Plan(Site(0, 7) with { Transfer = 0.4, Temperature = 0.3 }, Site(2, 3, ScoreCriterion.TextAttention)));
        var expected = Answer();
        var answers = new int[16][];
        var threads = Enumerable.Range(0, 16).Select(i => new Thread(() => answers[i] = Answer())).ToArray();
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        Assert.All(answers, answer => Assert.Equal(expected, answer));

        int[] Answer()
        {
            using var scope = NewDisposeScope();
            using var batch = PromptBatch.Create(model, Prompts("c"), Vision(model, golden, "c"));
            return reduced.Generate(batch, 8).Ids[0];
        }
    }

    public static TheoryData<string, int[]> BadPrompts() => new()
    {
        { "row 1 of the batch is empty", [] },
        { "row 1 of the batch has the token id 320", [1, 320, 2] },
        { "row 1 of the batch has the token id -1", [1, -1] },
        { "hold 3 image tokens, but no image was given", [1, 299, 299, 299] },
        { "made for 512", [.. Enumerable.Repeat(5, 600)] },
    };

    [Theory]
    [MemberData(nameof(BadPrompts))]
    public void A_prompt_that_does_not_fit_the_model_is_refused(string message, int[] prompt)
    {
        var fault = Assert.Throws<EosException>(() => PromptBatch.Create(model, [[1, 2], prompt], vision: null));
        Assert.Equal(EosErrors.ModelInput, fault.Code);
        Assert.Contains(message, fault.Message);
    }

    [Fact]
    public void An_image_token_without_an_image_is_refused()
    {
        var fault = Assert.Throws<EosException>(() => PromptBatch.Create(model, [[1, 299, 2]], vision: null));
        Assert.Equal(EosErrors.ModelInput, fault.Code);
    }

    private ReductionPlan Plan(params ReductionSite[] sites) => ReductionPlan.Create(model.ToPlanModel(), sites);

    private static ReductionSite Site(int layer, int keep, ScoreCriterion score = ScoreCriterion.FeatureNorm) =>
        new() { Layer = layer, Keep = keep, Score = new Dictionary<ScoreCriterion, double> { [score] = 1 } };

    private int[][] Prompts(string name) => Rows(golden.Read($"{name}.input_ids_unexpanded"), golden.Read($"{name}.attention_mask_unexpanded"));

    private VisionOutput Encode(string[] names)
    {
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        return model.EncodeImages(cat([.. names.Select(name => golden.Read($"{name}.pixel_values"))])).MoveToOuterDisposeScope();
    }

    private static VisionOutput? Vision(LlavaModel model, SafetensorsFile golden, string name)
    {
        if (!golden.Entries.ContainsKey($"{name}.pixel_values"))
            return null;
        using var unrecorded = no_grad();
        using var pixels = golden.Read($"{name}.pixel_values");
        return model.EncodeImages(pixels);
    }

    private static int[][] Rows(Tensor ids, Tensor? mask)
    {
        var all = ids.data<long>().ToArray();
        var valid = mask?.data<long>().ToArray();
        var length = (int)ids.shape[1];
        return [.. Enumerable.Range(0, (int)ids.shape[0]).Select(row => Enumerable.Range(row * length, length)
            .Where(i => valid is null || valid[i] == 1).Select(i => (int)all[i]).ToArray())];
    }
}

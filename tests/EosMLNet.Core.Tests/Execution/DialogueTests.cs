using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Execution;

public sealed class DialogueTests
{
    private static readonly string Folder = Repository.At("samples", "ScenesVqa", "scenes-llava");
    private static readonly string[] Questions = ["what colour is the circle", "how many shapes are there", "is there a red square"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Answers_are_those_of_the_whole_dialogue_in_one_prompt(bool reduces)
    {
        using var scope = NewDisposeScope();
        using var model = VisionLanguageModel.Load(Folder, ModelDataType.Float32);
        using var reduced = new ReducedModel(model, reduces ? Baselines.Random(model.ToPlanModel(), 40, seed: 3) : ReductionPlan.Identity(model.ToPlanModel()));
        RgbImage[] images = [Noise(1), Noise(2)];
        using var dialogue = new Dialogue(reduced, images);
        foreach (var question in Questions)
        {
            var prompt = model.Processor!.EncodePrompt(dialogue.Turns, question, [new ImagePart(), new ImagePart()]);
            using var batch = PromptBatch.Create(model, [prompt], model.EncodeImages(model.Processor.Images.ToInput(images, 2)));
            var expected = reduced.Generate(batch, 6).Ids[0];
            var told = new List<int>();
            var answer = dialogue.Ask(question, 6, told.Add);
            Assert.Equal(model.Processor.Decode(expected), answer);
            Assert.Equal(expected, told);
        }
        Assert.Equal(Questions, dialogue.Turns.Select(turn => turn.Question));
    }

    [Fact]
    public void A_question_that_is_cancelled_was_not_asked_and_nothing_stays_behind()
    {
        using var model = VisionLanguageModel.Load(Folder, ModelDataType.Float32);
        using var reduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var before = Tensor.TotalCount;
        using (var dialogue = new Dialogue(reduced, [Noise(1)]))
        {
            Assert.Throws<OperationCanceledException>(() => dialogue.Ask(Questions[0], 6, null, cancelled.Token));
            Assert.Empty(dialogue.Turns);
            Assert.NotEmpty(dialogue.Ask(Questions[0], 6));
        }
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void A_plan_that_looks_at_the_question_and_no_image_at_all_are_refused()
    {
        using var model = VisionLanguageModel.Load(Folder, ModelDataType.Float32);
        var site = new ReductionSite { Layer = 1, Keep = 40, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.TextAttention] = 1 } };
        using var looks = new ReducedModel(model, ReductionPlan.Create(model.ToPlanModel(), [site]));
        Expect.Error(EosErrors.InvalidOption, () => new Dialogue(looks, [Noise(1)]), "looks at the question");
        using var all = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        Expect.Error(EosErrors.InvalidOption, () => new Dialogue(all, []), "at least one");
    }

    private static RgbImage Noise(int seed)
    {
        var pixels = new byte[96 * 96 * 3];
        new Random(seed).NextBytes(pixels);
        return new RgbImage(96, 96, pixels);
    }
}

using EosMLNet.Models;
using EosMLNet.Tensors;
using ScenesVqa.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ScenesVqa.Tests.Training;

public sealed class PackedBatchTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("packed").FullName;
    private readonly List<ImageQuestions> images = [.. TrainingData.Drawn(1).HeldOut.Take(3)];
    private readonly LlavaConfig config = BaseModel.Config(Vocabulary.Size);
    private readonly VisionLanguageProcessor processor;

    public PackedBatchTests() => processor = CheckpointFolder.SaveProcessor(config, TrainingData.Drawn(1).HeldOut.SelectMany(p => p.Questions), folder);

    [Fact]
    public void Packed_questions_have_the_logits_of_separate_sequences()
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var model = BaseModel.Create(config, seed: 3, resume: null);
        var batch = new PackedBatch(images, processor);
        var packed = batch.Logits(model);
        var at = 0;
        foreach (var image in images)
            foreach (var question in image.Questions)
            {
                var answer = processor.EncodeAnswer(question.Answer);
                var separate = Separate(model, image.Image, processor.EncodePrompt(question.Text), answer);
                Assert.True(packed.narrow(0, at, answer.Length).sub(separate).abs().max().item<float>() < 1e-4f, question.Text);
                Assert.Equal(answer, batch.Targets.Skip(at).Take(answer.Length).Select(t => t.Id));
                at += answer.Length;
            }
        Assert.Equal(batch.Targets.Length, at);
    }

    // The plain way: one question a sequence, causal attention without any mask of ours.
    private Tensor Separate(LlavaModel model, RgbImage image, int[] prompt, int[] answer)
    {
        long[] ids = [.. prompt.Concat(answer[..^1]).Select(i => (long)i)];
        var start = Array.IndexOf(prompt, Vocabulary.Image);
        var embedded = model.EmbedTokens(tensor(ids).unsqueeze(0));
        var visual = model.EncodeImages(processor.Images.ToTensor([image])).Stacked();
        var hidden = cat([embedded.narrow(1, 0, start), visual, embedded.narrow(1, start + 1, ids.Length - start - 1)], dim: 1);
        var more = (int)visual.size(1) - 1; // the image token stands for all of them
        var rotary = model.Rotary(tensor(Enumerable.Range(0, ids.Length + more).Select(i => (long)i).ToArray()).unsqueeze(0));
        for (var layer = 0; layer < model.LayerCount; layer++)
            hidden = model.RunLayer(layer, hidden, rotary, bias: null);
        return model.Logits(hidden).squeeze(0).narrow(0, prompt.Length + more - 1, answer.Length);
    }

    [Fact]
    public void Words_are_single_tokens_and_digits_stay_apart()
    {
        Assert.Equal(2, processor.EncodeAnswer("red").Length);
        Assert.Equal(3, processor.EncodeAnswer("47").Length);
        Assert.Equal(processor.EncodeAnswer("47")[1], processor.EncodeAnswer("37")[1]);
        Assert.Equal("bottom right", processor.Decode(processor.EncodeAnswer("bottom right")));
    }

    [Fact]
    public void A_few_steps_lower_the_loss_and_the_checkpoint_reads_back()
    {
        using var log = new TrainingLog(folder);
        using var model = BaseModel.Create(config, seed: 3, resume: null);
        using var tower = new TowerTrainer(model, (ClipImageProcessor)processor.Images, log, 1, 2);
        using (var scope = NewDisposeScope())
        {
            var joint = new JointTrainer(model, processor, log, tower) { BatchSize = 3 };
            var before = Loss(model);
            joint.Run(Enumerable.Repeat(images, 100).SelectMany(p => p), images, new Budget(6, null), () => { });
            Assert.True(Loss(model) < before * 0.9);
        }
        CheckpointFolder.Save(model, folder);
        using var read = LlavaModel.Load(folder, ModelDataType.Float32);
        Assert.Equal(Loss(model), Loss(read), 0.05);
        Assert.NotNull(read.Processor);
    }

    private double Loss(LlavaModel model)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        var batch = new PackedBatch(images, processor);
        return nn.functional.cross_entropy(batch.Logits(model), batch.TargetIds()).item<float>();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

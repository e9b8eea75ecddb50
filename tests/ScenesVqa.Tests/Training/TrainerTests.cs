using EosMLNet.Models;
using EosMLNet.Tensors;
using ScenesVqa.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ScenesVqa.Tests.Training;

public sealed class TrainerTests
{
    [Theory]
    [InlineData("llava", ScalarType.Float32)]
    [InlineData("qwen", ScalarType.Float32)]
    [InlineData("llava", ScalarType.BFloat16)]
    public void A_few_steps_lower_the_loss_and_the_checkpoint_reads_back(string name, ScalarType precision)
    {
        using var tiny = new TinyTraining(name);
        using var log = new TrainingLog(tiny.Folder);
        using var model = tiny.Backbone.Create(seed: 3, resume: null, type: precision);
        using var tower = new TowerTrainer(model, tiny.Backbone, SceneTower.Task, tiny.Processor.Images, log, tiny.Images);
        using (var scope = NewDisposeScope())
        {
            var joint = new JointTrainer(model, tiny.Backbone, tiny.Processor, log, tower) { BatchSize = 2 };
            var before = Loss(model, tiny);
            joint.Run(Enumerable.Repeat(tiny.Images, 100).SelectMany(p => p), tiny.Images, new Budget(6, null), () => { });
            Assert.True(Loss(model, tiny) < before * 0.9);
        }
        tiny.Backbone.Save(model, tiny.Folder);
        using var read = VisionLanguageModel.Load(tiny.Folder, ModelDataType.Float32);
        Assert.Equal(model.Family, read.Family);
        Assert.Equal(Loss(model, tiny), Loss(read, tiny), 0.05);
        Assert.NotNull(read.Processor);
        Assert.Empty(read.Notes);
        Assert.Empty(read.Processor.Notes);
    }

    [Theory]
    [InlineData("llava")]
    [InlineData("qwen")]
    public void Gradients_reach_all_weights(string name)
    {
        using var tiny = new TinyTraining(name);
        using var scope = NewDisposeScope();
        using var model = tiny.Backbone.Create(seed: 3, resume: null);
        var batch = new PackedBatch(tiny.Images.Batches(2).First(), tiny.Processor, tiny.Backbone, model);
        nn.functional.cross_entropy(batch.Logits(), batch.TargetIds()).backward();
        Assert.All(model.Weights, weight => Assert.True(weight.Value.grad is { } gradient && gradient.abs().max().item<float>() > 0, weight.Key));
    }

    private static double Loss(VisionLanguageModel model, TinyTraining tiny)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        return tiny.Images.Batches(2).Average(images =>
        {
            var batch = new PackedBatch(images, tiny.Processor, tiny.Backbone, model);
            return nn.functional.cross_entropy(batch.Logits(), batch.TargetIds()).item<float>();
        });
    }
}

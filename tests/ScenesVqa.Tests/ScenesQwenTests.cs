using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;

namespace ScenesVqa.Tests;

public class ScenesQwenTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "scenes-qwen");

    [Theory]
    [InlineData(144, 192, 192)]
    [InlineData(144, 144, 144)]
    public void The_shipped_model_answers_questions_about_images_of_each_size(int height, int width, int tokens)
    {
        using var model = VisionLanguageModel.Load(Folder, ModelDataType.Float32);
        Assert.Empty(model.Notes);
        Assert.Empty(model.Processor!.Notes);
        var data = new VqaDataset.Builder();
        foreach (var (scene, questions) in DatasetWriter.Distinct(77, [new(height, width)]).Take(12))
        {
            var image = new RgbImage(width, height, scene.Pixels);
            Assert.Equal(tokens, model.LayoutOf(model.Processor.Images.ToInput([image]).Images[0]).Count);
            foreach (var question in questions)
                data.Add(image, question.Text, question.Answer, question.Family);
        }
        using var whole = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        Assert.InRange(Evaluator.Evaluate(whole, data.Build()).FamilyAverage, 0.88, 1); // 168 questions; at least 95 % of many more
    }

    [Fact]
    public void The_weights_are_small() => Assert.InRange(new FileInfo(Path.Combine(Folder, "model.safetensors")).Length, 1, 8_000_000);
}

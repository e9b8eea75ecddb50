using EosMLNet.Execution;
using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Execution;

public sealed class PromptBatchTests : IDisposable
{
    private const int Image = 299;
    private readonly VisionLanguageModel model = VisionLanguageModel.Load(GoldenFiles.TinyLlava);

    public void Dispose() => model.Dispose();

    [Fact]
    public void A_batch_with_fewer_images_than_its_prompts_speak_of_is_refused()
    {
        using var scope = NewDisposeScope();
        using var vision = model.EncodeImages(zeros(1, 3, 56, 56));
        var fault = Assert.Throws<EosException>(() => PromptBatch.Create(model, [[Image, 5, Image, 6]], vision));
        Assert.Equal(EosErrors.ModelInput, fault.Code);
        Assert.Contains("hold 2 image tokens, but 1 images", fault.Message);
    }
}

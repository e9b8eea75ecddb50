using EosMLNet.Extensions.AI;
using EosMLNet.Onnx;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Site.Tests.PackagePages;

#pragma warning disable IDE0051, CA1822 // compiled, not called: it names files of the reader's
/// <summary>What the page of the package EosMLNet.Extensions.AI shows.</summary>
internal static class ExtensionsAiPage
{
    private static async Task Program()
    {
        using var model = OnnxModel.Load("llava-1.5-7b-hf", ReductionPlan.Load("vqa.plan.json"));
        using var client = new VisionLanguageChatClient(model);
        var message = new ChatMessage(ChatRole.User,
            [new DataContent(File.ReadAllBytes("photo.jpg"), "image/jpeg"), new TextContent("what colour is the car?")]);
        Console.WriteLine(await client.GetResponseAsync(message));
    }

    private static void Server(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(_ => OnnxModel.Load("llava-1.5-7b-hf"));
        builder.Services.AddSingleton(services => new AnswerQueue(services.GetRequiredService<OnnxModel>()));
        builder.Services.AddSingleton<IChatClient>(services => new VisionLanguageChatClient(services.GetRequiredService<AnswerQueue>()));
    }
}

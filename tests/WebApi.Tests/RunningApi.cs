using System.Net.Http.Json;
using System.Text.Json;
using EosMLNet.Onnx;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using WebApiLoad;

namespace WebApi.Tests;

/// <summary>The application on a port of its own, and a client.</summary>
public sealed class RunningApi : IAsyncDisposable
{
    private readonly WebApplication app;

    private RunningApi(WebApplication app) => this.app = app;

    /// <summary>Scenes with questions.</summary>
    internal static Asked[] Questions { get; } = Asked.Draw(64);

    internal HttpClient Client { get; private set; } = null!;

    internal AnswerQueue Queue => app.Services.GetRequiredService<AnswerQueue>();

    internal WebApplication App => app;

    /// <param name="settings">Settings beside those of the file: a name and a value in turn.</param>
    internal static async Task<RunningApi> StartAsync(params string[] settings)
    {
        var running = new RunningApi(Api.Create(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "Warning", .. settings]));
        await running.app.StartAsync();
        running.Client = new HttpClient { BaseAddress = new Uri(running.app.Urls.Single()), Timeout = TimeSpan.FromSeconds(60) };
        return running;
    }

    /// <summary>One whose questions wait a while for others.</summary>
    internal static Task<RunningApi> StartHeldAsync(int maxWaiting) => StartAsync(
        "--Queue:MaxBatch", "50", "--Queue:MaxWait", "00:00:01.5", "--Queue:MaxWaiting", $"{maxWaiting}");

    /// <summary>What the model answers to each question alone.</summary>
    internal string[] Alone(int count)
    {
        var model = Queue.Model;
        return [.. Questions.Take(count).Select(asked => model.Processor!.Decode(model.Generate([([RgbImage.Decode(asked.Picture, "")], asked.Question)], 64)[0].Ids))];
    }

    internal Task<HttpResponseMessage> PostAsync(Asked asked, string path = "ask", CancellationToken cancellation = default) =>
        PostAsync(path, [asked.Picture], asked.Question, cancellation);

    internal async Task<HttpResponseMessage> PostAsync(string path, byte[][] pictures, string? question, CancellationToken cancellation = default)
    {
        using var form = new MultipartFormDataContent();
        foreach (var picture in pictures)
            form.Add(new ByteArrayContent(picture), "image", "scene.png");
        if (question is not null)
            form.Add(new StringContent(question), "question");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = form };
        request.Headers.ExpectContinue = pictures.Sum(picture => picture.Length) > 50_000; // asks before it sends much, as curl does
        return await Client.SendAsync(request, cancellation);
    }

    internal async Task<string> AnswerAsync(Asked asked)
    {
        using var response = await PostAsync(asked);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("answer").GetString()!;
    }

    /// <summary>Waits until as many questions are waiting.</summary>
    internal async Task WaitForAsync(int waiting)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Queue.Waiting != waiting)
            await Task.Delay(5, late.Token);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }
}

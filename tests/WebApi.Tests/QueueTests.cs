using System.Net;

namespace WebApi.Tests;

/// <summary>A server that is full, whose clients go away, or that stops.</summary>
public sealed class QueueTests
{
    [Fact]
    public async Task A_full_queue_is_429_and_a_server_that_stops_answers_what_it_has_accepted()
    {
        await using var api = await RunningApi.StartHeldAsync(maxWaiting: 2);
        var expected = api.Alone(2);
        var accepted = RunningApi.Questions.Take(2).Select(api.AnswerAsync).ToArray();
        await api.WaitForAsync(waiting: 2);
        foreach (var path in (string[])["ask", "ask/stream"])
        {
            using var refused = await api.PostAsync(RunningApi.Questions[2], path);
            Assert.Equal((HttpStatusCode.TooManyRequests, "1"), (refused.StatusCode, refused.Headers.RetryAfter!.ToString()));
        }
        Assert.Equal("Degraded", await api.Client.GetStringAsync("health/ready"));
        await api.App.StopAsync();
        Assert.Equal(expected, await Task.WhenAll(accepted));
    }

    [Fact]
    public async Task One_whose_client_goes_away_frees_its_place_and_the_others_get_their_answers()
    {
        await using var api = await RunningApi.StartHeldAsync(maxWaiting: 3);
        var expected = api.Alone(4);
        using var gone = new CancellationTokenSource();
        var first = api.AnswerAsync(RunningApi.Questions[0]);
        var second = api.PostAsync(RunningApi.Questions[1], "ask/stream", gone.Token);
        var third = api.AnswerAsync(RunningApi.Questions[2]);
        await api.WaitForAsync(waiting: 3);
        gone.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await api.WaitForAsync(waiting: 2);
        var fourth = api.AnswerAsync(RunningApi.Questions[3]);
        Assert.Equal([expected[0], expected[2], expected[3]], await Task.WhenAll(first, third, fourth));
    }

    [Fact]
    public async Task A_server_that_stops_takes_no_more_questions()
    {
        await using var api = await RunningApi.StartAsync();
        api.App.Lifetime.StopApplication(); // it is told to; its port is still open
        foreach (var path in (string[])["ask", "ask/stream"])
        {
            using var refused = await api.PostAsync(RunningApi.Questions[0], path);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "1"), (refused.StatusCode, refused.Headers.RetryAfter!.ToString()));
        }
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await api.Client.GetAsync("health/ready")).StatusCode);
        Assert.Equal("Healthy", await api.Client.GetStringAsync("health/live"));
    }

    [Fact]
    public async Task A_queue_that_is_closed_is_503()
    {
        await using var api = await RunningApi.StartAsync();
        await api.Queue.DisposeAsync();
        using var refused = await api.PostAsync(RunningApi.Questions[0]);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("EOS2013", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}

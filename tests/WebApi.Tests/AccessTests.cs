using System.Net;
using System.Net.Http.Headers;

namespace WebApi.Tests;

/// <summary>Keys, and how often they may ask.</summary>
public sealed class AccessTests
{
    [Fact]
    public async Task With_keys_a_question_has_to_bring_one_of_them()
    {
        await using var api = await RunningApi.StartAsync("--Access:Keys:0", "first key", "--Access:Keys:1", "second");
        foreach (var (header, status) in new (string?, HttpStatusCode)[]
        {
            (null, HttpStatusCode.Unauthorized), ("Bearer", HttpStatusCode.Unauthorized), ("Bearer second key", HttpStatusCode.Unauthorized),
            ("Basic second", HttpStatusCode.Unauthorized), ("Bearer second", HttpStatusCode.OK), ("bearer first key", HttpStatusCode.OK),
        })
        {
            api.Client.DefaultRequestHeaders.Authorization = header is null ? null : AuthenticationHeaderValue.Parse(header);
            using var response = await api.PostAsync(RunningApi.Questions[0]);
            Assert.True(status == response.StatusCode, $"{header}: {response.StatusCode}");
            Assert.Equal(status == HttpStatusCode.Unauthorized ? "Bearer" : "", response.Headers.WwwAuthenticate.ToString());
        }
        api.Client.DefaultRequestHeaders.Authorization = null;
        Assert.Equal("Healthy", await api.Client.GetStringAsync("health/ready")); // what watches the server needs none
    }

    [Fact]
    public async Task A_key_that_asks_too_often_is_429_and_another_one_is_not()
    {
        await using var api = await RunningApi.StartAsync("--Access:Keys:0", "a", "--Access:Keys:1", "b", "--Access:QuestionsPerMinute", "2");
        foreach (var (key, statuses) in new[] { ("a", new[] { HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests }), ("b", [HttpStatusCode.OK]) })
        {
            api.Client.DefaultRequestHeaders.Authorization = new("Bearer", key);
            foreach (var status in statuses)
            {
                using var response = await api.PostAsync(RunningApi.Questions[0]);
                Assert.Equal((status, status == HttpStatusCode.OK ? null : "10"), (response.StatusCode, response.Headers.RetryAfter?.ToString()));
            }
        }
    }
}

using System.Net.Http.Json;
using System.Text.Json;

namespace WebApiLoad;

/// <summary>Asks a server.</summary>
internal sealed class Client(Uri address) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };

    /// <summary>Asks a question.</summary>
    /// <returns>The status, and the answer where it is 200.</returns>
    /// <exception cref="HttpRequestException">The server was not there, or the connection ended.</exception>
    public async Task<(int Status, string? Answer)> AskAsync(Asked asked)
    {
        using var form = Form(asked);
        using var response = await http.PostAsync("ask", form);
        var reply = response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<JsonElement>() : default;
        return ((int)response.StatusCode, response.IsSuccessStatusCode ? reply.GetProperty("answer").GetString() : null);
    }

    /// <summary>The same, streamed.</summary>
    /// <returns>200 and the answer, where the last event is there; 500 where the stream says that it failed.</returns>
    public async Task<(int Status, string? Answer)> StreamAsync(Asked asked)
    {
        using var form = Form(asked);
        using var response = await http.PostAsync("ask/stream", form);
        if (!response.IsSuccessStatusCode)
            return ((int)response.StatusCode, null);
        string[] last = (await response.Content.ReadAsStringAsync()).TrimEnd().Split("\n\n")[^1].Split('\n');
        return last[0] switch
        {
            "event: done" => (200, JsonDocument.Parse(last[1]["data: ".Length..]).RootElement.GetProperty("answer").GetString()),
            "event: error" => (500, null),
            _ => throw new HttpRequestException("The stream ended without its last event."),
        };
    }

    /// <summary>The form of a question.</summary>
    public static MultipartFormDataContent Form(Asked asked) => new()
    {
        { new ByteArrayContent(asked.Picture), "image", "scene.png" }, { new StringContent(asked.Question), "question" },
    };

    public void Dispose() => http.Dispose();
}

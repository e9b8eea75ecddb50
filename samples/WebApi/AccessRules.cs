using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace WebApi;

/// <summary>Refuses questions that bring no key of <see cref="Access"/>, and those that come too often. It looks at nothing else of them.</summary>
internal sealed class AccessRules : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private const int PartsOfWindow = 6;

    // Hashes: they are of one length, so that comparing them tells nothing of a key.
    private readonly byte[][] keys;
    private readonly PartitionedRateLimiter<HttpContext>? rates;

    public AccessRules(IOptions<Access> access)
    {
        keys = [.. access.Value.Keys.Select(Hash)];
        var limit = access.Value.QuestionsPerMinute;
        rates = limit <= 0 ? null : PartitionedRateLimiter.Create<HttpContext, string>(context => RateLimitPartition.GetSlidingWindowLimiter(
            Asker(context),
            _ => new SlidingWindowRateLimiterOptions { PermitLimit = limit, Window = Window, SegmentsPerWindow = PartsOfWindow }));
    }

    /// <summary>Lets a request through, or refuses it before its form is read.</summary>
    public async Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await next(context);
            return;
        }
        if (keys.Length > 0 && !IsKnown(KeyOf(context)))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            const string Why = "The request has no key that is known here. Send one as the header Authorization: Bearer KEY.";
            await Problems.WriteAsync(context, new Problem(StatusCodes.Status401Unauthorized, null, Why));
            return;
        }
        using var lease = rates?.AttemptAcquire(context);
        if (lease is { IsAcquired: false })
        {
            const string Why = "Too many questions came in the last minute. Ask again later.";
            await Problems.WriteAsync(context, new Problem(StatusCodes.Status429TooManyRequests, null, Why), Window / PartsOfWindow);
            return;
        }
        await next(context);
    }

    public void Dispose() => rates?.Dispose();

    // All are compared, whether one fits or not.
    private bool IsKnown(string? key)
    {
        var hash = Hash(key ?? "");
        return keys.Count(known => CryptographicOperations.FixedTimeEquals(known, hash)) > 0;
    }

    private string Asker(HttpContext context) =>
        keys.Length > 0 ? KeyOf(context)! : context.Connection.RemoteIpAddress?.ToString() ?? "";

    private static string? KeyOf(HttpContext context) =>
        AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var header)
            && header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) ? header.Parameter : null;

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}

"""The floor: the same job in bare discord.py, without queue, database or checks.

`NAIVE_POLL_SECONDS` makes it sleep so long between two status calls, as most scripts do.
"""

from __future__ import annotations

import asyncio
import base64
import io
import os

import aiohttp
import discord
import yarl

API, KEY = os.environ["FACESWAP_API_URL"], {"X-API-Key": os.environ["FACESWAP_API_KEY"]}
PAUSE = float(os.environ.get("NAIVE_POLL_SECONDS", "0"))
discord.http.Route.BASE = os.environ["DISCORD_API_URL"] + "/api/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])


class Bare(discord.Client):
    async def setup_hook(self) -> None:
        self.api = aiohttp.ClientSession(API, headers=KEY, connector=aiohttp.TCPConnector(limit=0))
        await tree.sync()


client = Bare(intents=discord.Intents(guilds=True))
tree = discord.app_commands.CommandTree(client)


@tree.command()
async def faceswap(
    interaction: discord.Interaction, photo: discord.Attachment, filter: str, who: str
) -> None:
    """Turn a photo into a picture"""
    await interaction.response.defer(thinking=True)
    order = {"base64": base64.b64encode(await photo.read()).decode(), "gender": 1, "filter_id": 12}
    async with client.api.post("/v6/run/face_swap", json=order) as answer:
        remote_id = (await answer.json())["id"]
    while True:
        async with client.api.post(f"/v6/status/{remote_id}") as answer:
            job = await answer.json()
        if job["status"] == "COMPLETED":
            break
        await asyncio.sleep(PAUSE)
    picture = io.BytesIO(base64.b64decode(job["output"]["images"][0]))
    await interaction.edit_original_response(attachments=[discord.File(picture, "picture.png")])


client.run(os.environ["DISCORD_TOKEN"], log_handler=None)

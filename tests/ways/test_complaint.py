async def test_a_complaint_zh(shop):
    lin = await shop.customer("zh", linked=True)
    order = await lin.buys(paid=1599_00)
    for t in ["你们的冰箱送来就是坏的，根本不制冷！", "而且客服电话打了三次都没人接", "你们说怎么办吧"]:
        print("C>", t); 
        for x in await lin.says(t): print("B>", x)
    assert 0
